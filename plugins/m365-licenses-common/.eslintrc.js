module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  // openapi-fetch names its methods after HTTP's: client.GET().
  rules: { 'new-cap': ['error', { capIsNew: false }] },
});
