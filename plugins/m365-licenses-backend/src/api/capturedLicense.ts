import { NotFoundError } from '@backstage/errors';
import type { CapturedLicense, LicenseStore } from '../database/types';

/**
 * A SKU of a tenant as it was captured, by its id in any case.
 *
 * @throws NotFoundError
 */
export async function capturedLicense(
  licenses: Pick<LicenseStore, 'captured'>,
  tenant: string,
  skuId: string,
): Promise<CapturedLicense> {
  const wanted = skuId.toLowerCase();
  const license = (await licenses.captured(tenant)).find(
    each => each.skuId.toLowerCase() === wanted,
  );
  if (!license) {
    throw new NotFoundError(
      `The tenant ${tenant} has no license ${skuId}, or License Information did not read it yet; see the Licenses tab`,
    );
  }
  return license;
}
