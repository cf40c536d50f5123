export {
  Connections,
  RETRY_AFTER_MS,
  type ConnectedTenant,
} from './Connections';
