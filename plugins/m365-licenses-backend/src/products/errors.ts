import { CustomErrorBase } from '@backstage/errors';

/** Why product names are not newer than they are: what happened, and what to do. */
export class ProductNamesError extends CustomErrorBase {
  readonly mend: string;

  constructor(message: string, mend: string) {
    super(message);
    this.name = 'ProductNamesError';
    this.mend = mend;
  }
}
