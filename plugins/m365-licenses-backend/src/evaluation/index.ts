export { CatalogGroups, type CatalogGroupsOptions } from './CatalogGroups';
export { Evaluation, type EvaluationOptions } from './Evaluation';
