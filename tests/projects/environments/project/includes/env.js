const env = dataform.projectConfig.vars.env;
const pick = (options) => options[env] || options.default;
module.exports = {
  env,
  pick,
  schema: (name) => (env === "prod" ? name : `${name}_${env}`),
  config: dataform.projectConfig,
  all: () => JSON.stringify(dataform.projectConfig),
  keys: () => Object.keys(dataform.projectConfig.vars),
};
