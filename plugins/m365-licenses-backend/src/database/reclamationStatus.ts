import type {
  ReclamationOutcome,
  ReclamationStatus,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { BEGUN } from '../insights/reclamations';

/** Narrows a query on `reclamation_plans` to those that have an item with one of these outcomes. */
export function havingItems(outcomes: readonly ReclamationOutcome[]) {
  return (query: Knex.QueryBuilder): void => {
    query
      .from('reclamation_plan_items as item')
      .whereRaw('item.reclamation_id = reclamation_plans.id')
      .whereIn('item.outcome', outcomes)
      .select('item.id');
  };
}

/** Narrows a query on `reclamation_plans` as {@link reclamationStatus} tells. */
export function inReclamationStatus(status: ReclamationStatus, at: Date) {
  const time = at.toISOString();
  return (query: Knex.QueryBuilder): void => {
    switch (status) {
      case 'planned':
      case 'approved':
        query
          .where('status', status)
          .where(open =>
            open.whereNull('expires_at').orWhere('expires_at', '>', time),
          );
        return;
      case 'expired':
        query
          .whereIn('status', ['planned', 'approved'])
          .where('expires_at', '<=', time);
        return;
      case 'asking':
        query
          .where('status', 'started')
          .whereExists(havingItems(['awaitingUser']));
        return;
      case 'running':
        query
          .where('status', 'started')
          .whereNotExists(havingItems(['awaitingUser']))
          .whereExists(havingItems(BEGUN));
        return;
      case 'scheduled':
        query
          .where('status', 'started')
          .whereNotExists(havingItems(['awaitingUser', ...BEGUN]));
        return;
      default:
        query.where('status', status);
    }
  };
}
