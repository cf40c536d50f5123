import { createApp } from '@backstage/frontend-defaults';
import { navModule } from './modules/nav';

/** Plugins are found through `app.packages` in the configuration. */
export default createApp({ features: [navModule] });
