const { regions, entities, prefix } = sources;
for (const region of regions) {
  for (const { name, keys, partition, enabled } of entities) {
    const source = { schema: `raw_${region}`, name };
    declare({ ...source, description: `${name} in ${region}` });
    publish(`${prefix(region)}_${name}`, {
      type: partition ? "table" : "view",
      schema: region,
      tags: ["generated", region],
      disabled: !enabled,
      description: `All of ${name}`,
      columns: Object.fromEntries(keys.map((key) => [key, `Key ${key}`])),
      bigquery: partition ? { partitionBy: partition, clusterBy: keys, labels: { region } } : {},
      assertions: { uniqueKey: keys, nonNull: keys },
    }).query((ctx) => `SELECT ${keys.join(", ")}, '${region}' AS origin FROM ${ctx.ref(source)}`);
  }
  operate(`grant_${region}`).queries((ctx) => entities.slice(0, 3).map(
    ({ name }) => `GRANT SELECT ON ${ctx.ref({ schema: region, name: `${prefix(region)}_${name}` })} TO "group:x"`,
  )).tags([region]);
  assert(`count_${region}`).query((ctx) => `
    SELECT COUNT(*) AS n FROM ${ctx.ref(region, `${prefix(region)}_entity_00`)} HAVING n = 0`);
}
