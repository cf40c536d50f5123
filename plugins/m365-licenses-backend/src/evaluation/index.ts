export { CatalogGroups, type CatalogGroupsOptions } from './CatalogGroups';
export {
  Evaluation,
  type EvaluatedCandidates,
  type EvaluationOptions,
} from './Evaluation';
export { seatPrices } from './seatPrices';
