import { Link, sidebarConfig } from '@backstage/core-components';
import { makeStyles } from '@material-ui/core/styles';

const useStyles = makeStyles({
  logo: {
    width: sidebarConfig.drawerWidthClosed,
    height: 3 * sidebarConfig.logoHeight,
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    fontWeight: 600,
    color: '#fff',
  },
});

/** The portal's name, which fits the folded sidebar too. */
export const SidebarLogo = () => (
  <Link to="/" underline="none" className={useStyles().logo}>
    Portal
  </Link>
);
