/** A number for `/metrics`, or one for each set of labels. Names begin with that of their application. */
export interface Measure {
  /** Letters, digits and `_`; a `counter`, which only grows, ends with `_total`. */
  readonly name: string;
  readonly help: string;
  readonly kind: 'gauge' | 'counter';
  /** Names of the labels, where there are any. */
  readonly labels?: readonly string[];
  read(): number | readonly LabelledValue[];
}

export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
