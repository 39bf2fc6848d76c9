// One process of the bench that measures without a network: `local-agent.js SUBJECT ROUNDS`.
import { measureApi, measureChurn, measureLruCache, measureStore, measureYMap } from './local.js';

const [subject = '', rounds = '1'] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await measure())}\n`);
process.exit(0);

async function measure(): Promise<unknown> {
  switch (subject) {
    case 'store':
      return measureStore(Number(rounds));
    case 'lru-cache':
      return measureLruCache(Number(rounds));
    case 'Y.Map':
      return measureYMap(Number(rounds));
    case 'api':
      return await measureApi(Number(rounds));
    default:
      return measureChurn(Number(rounds));
  }
}
