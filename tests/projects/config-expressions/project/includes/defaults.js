const base = { type: "table", tags: ["daily"], bigquery: { labels: { owner: dataform.projectConfig.vars.owner } } };
const withPartition = (column, more = {}) => ({ ...base, ...more, bigquery: { ...base.bigquery, partitionBy: column, ...(more.bigquery ?? {}) } });
const columns = { id: "Identifier", address: { description: "Address", columns: { street: "Street", city: { description: "City", tags: ["geo"] } } } };
module.exports = { base, withPartition, columns, isProd: dataform.projectConfig.vars.env === "prod" };
