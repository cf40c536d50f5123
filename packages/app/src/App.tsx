import { createApp } from '@backstage/frontend-defaults';
import { navModule } from './modules/nav';
import { signInModule } from './modules/signIn';

/** Plugins are found through `app.packages` in the configuration. */
export default createApp({ features: [navModule, signInModule] });
