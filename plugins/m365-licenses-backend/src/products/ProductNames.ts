import type {
  LoggerService,
  SchedulerService,
  SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import type { ProductNamesConfig } from '../config';
import type { ProductProblem, ProductStore } from '../database/types';
import { problemOf } from '../sync/errors';
import { parseCatalog } from './catalog';
import { download } from './download';
import { ProductNamesError } from './errors';

const TASK_ID = 'm365-licenses:product-names';

const DEFAULT_SCHEDULE: SchedulerServiceTaskScheduleDefinition = {
  frequency: { hours: 24 },
  timeout: { minutes: 5 },
};

export interface ProductNamesOptions {
  store: ProductStore;
  config: ProductNamesConfig;
  scheduler: SchedulerService;
  logger: LoggerService;
  now?: () => Date;
}

/** Keeps the catalog of products as Microsoft publishes it. */
export class ProductNames {
  readonly #options: ProductNamesOptions;

  static create(options: ProductNamesOptions): ProductNames {
    return new ProductNames(options);
  }

  private constructor(options: ProductNamesOptions) {
    this.#options = options;
  }

  /** Has the catalog refreshed at the start and every day, on one replica at a time. */
  async schedule(): Promise<void> {
    const { config, scheduler, logger } = this.#options;
    if (!config.enabled) {
      return;
    }
    await scheduler.scheduleTask({
      ...(config.schedule ?? DEFAULT_SCHEDULE),
      id: TASK_ID,
      scope: 'global',
      fn: signal => this.#run(signal),
    });
    try {
      await scheduler.triggerTask(TASK_ID);
    } catch (error) {
      // Another replica is at it.
      logger.debug(`Product names are not read again at the start: ${error}`);
    }
  }

  /** A problem is noted and said once; what was read before stays in use. */
  async #run(signal: AbortSignal): Promise<void> {
    const { store, logger } = this.#options;
    try {
      await this.#refresh(signal);
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      if (!(error instanceof ProductNamesError)) {
        // A failed query's message holds the whole list.
        throw new Error(
          `Product names could not be stored: ${problemOf(error).message}`,
        );
      }
      const { capturedAt, products } = await store.state();
      const problem: ProductProblem = {
        message: `Product names are not up to date: ${error.message}`,
        mend: error.mend,
      };
      if (await store.note(problem)) {
        logger.warn(
          `${problem.message}. ${
            capturedAt
              ? `The ${products} names read on ${capturedAt.slice(
                  0,
                  10,
                )} stay in use.`
              : 'Common products have their names, others their part numbers.'
          } ${problem.mend}`,
        );
      }
    }
  }

  /** @throws ProductNamesError when there is no complete file */
  async #refresh(signal: AbortSignal): Promise<void> {
    const { store, config, logger, now = () => new Date() } = this.#options;
    const { url } = config;
    const { source, products } = await store.state();
    const before = source?.url === url ? source : undefined;
    const file = await download(url, { before, signal });
    if (!file) {
      await store.note(null);
      return;
    }
    const catalog = parseCatalog(file.text);
    // Of another address nothing is known: a shorter list may be meant.
    if (before && catalog.products.length * 2 < products) {
      throw new ProductNamesError(
        `the list has ${catalog.products.length} products, fewer than half of the ${products} known before`,
        'Look at the file at m365Licenses.productNames.url; if it is complete, set a copy of it there under another address.',
      );
    }
    const { etag, lastModified } = file;
    await store.replace(catalog, { url, etag, lastModified }, now());
    logger.info(`Product names: ${catalog.products.length} products read`);
  }
}
