const regions = ["emea", "apac", "amer", "latam"];
const entities = Array.from({ length: 25 }, (_, index) => ({
  name: `entity_${String(index).padStart(2, "0")}`,
  keys: index % 3 === 0 ? ["id"] : ["id", "region"],
  partition: index % 4 === 0 ? "DATE(updated_at)" : undefined,
  enabled: index % 7 !== 6,
}));
const prefixes = new Map([["emea", "e"], ["apac", "p"]]);
module.exports = { regions, entities, prefix: (region) => prefixes.get(region) ?? region[0] };
