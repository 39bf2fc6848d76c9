import type { Registry } from 'prom-client';

/** What Prometheus asks for when it wants exemplars. */
export const OPEN_METRICS_TYPE = 'application/openmetrics-text';
export const OPEN_METRICS_CONTENT_TYPE: string = `${OPEN_METRICS_TYPE}; version=1.0.0; charset=utf-8`;

type Metric = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number];
type Labels = Readonly<Partial<Record<string, string | number>>>;

/** A value with what `prom-client` adds to it without saying so in its types. */
interface Sample {
  readonly value: number;
  readonly labels: Labels;
  readonly metricName?: string;
  readonly exemplar?: {
    readonly labelSet: Labels;
    readonly value: number;
    readonly timestamp: number;
  };
}

/**
 * The metrics of a registry as OpenMetrics 1.0, which tells of exemplars: a call that took so long, by its
 * trace. Written here, as the library would rename the counters of a registry for good.
 */
export async function openMetricsText(registry: Registry): Promise<string> {
  const metrics = await registry.getMetricsAsJSON();
  return `${metrics.flatMap(linesOf).join('\n')}\n# EOF\n`;
}

function linesOf({ name, help, type, values }: Metric): string[] {
  const isCounter = String(type) === 'counter';
  const family = isCounter ? name.replace(/_total$/, '') : name;
  const samples = values as readonly Sample[]; // They have these fields besides.
  return [
    `# HELP ${family} ${escaped(help)}`,
    `# TYPE ${family} ${String(type)}`,
    ...samples.map((sample) => {
      const own = sample.metricName ?? (isCounter ? `${family}_total` : family);
      return `${own}${labelsOf(sample.labels)} ${numberOf(sample.value)}${exemplarOf(sample)}`;
    }),
  ];
}

function exemplarOf({ exemplar }: Sample): string {
  if (exemplar === undefined || exemplar === null) return '';
  const { labelSet, value, timestamp } = exemplar;
  return ` # ${labelsOf(labelSet)} ${numberOf(value)} ${timestamp}`;
}

function labelsOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(String(value))}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function numberOf(value: number): string {
  return Math.abs(value) === Number.POSITIVE_INFINITY
    ? `${value > 0 ? '+' : '-'}Inf`
    : String(value);
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
