// Configs that project code shares: Dataform takes them apart in place, so that whoever uses one next finds it changed.
(native, own) => {
  "use strict";

  const { Map, Object, WeakSet, isObject } = own;

  // What is left of objects in a config is not what it was, for others who share them.
  const VIEW_OPTIONS = ["labels", "additionalOptions", "partitionBy", "clusterBy"];
  const TABLE_OPTIONS = [
    ...VIEW_OPTIONS, "updatePartitionFilter", "partitionExpirationDays", "requirePartitionFilter", "incrementalPredicates",
    "iceberg",
  ];
  const OPTIONS = { table: TABLE_OPTIONS, view: VIEW_OPTIONS, incremental: TABLE_OPTIONS };
  const takenApart = new WeakSet();
  const conditionsOf = new Map();
  // Files that take apart what others hold cannot be compiled apart from each other.
  const held = new WeakSet();
  const hold = (value, depth = 0) => {
    if (!isObject(value) || depth > 8 || held.has(value)) {
      return;
    }
    held.add(value);
    for (const property of Object.values(Object.getOwnPropertyDescriptors(value))) {
      hold(property.value, depth + 1);
    }
  };
  const loaded = [];
  const holdExports = (module) => loaded.push(module);
  const once = (object) => {
    while (loaded.length > 0) {
      hold(loaded.pop().exports);
    }
    if (takenApart.has(object) || held.has(object)) {
      native.shares();
    }
    takenApart.add(object);
  };
  const takeApart = (kind, { bigquery, assertions }) => {
    if (!Object.hasOwn(OPTIONS, kind)) {
      return;
    }
    if (isObject(bigquery)) {
      once(bigquery);
      for (const key of OPTIONS[kind]) {
        if (bigquery[key]) {
          delete bigquery[key];
        }
      }
    }
    if (isObject(assertions)) {
      once(assertions);
      for (const key of ["uniqueKey", "nonNull"]) {
        if (typeof assertions[key] === "string") {
          assertions[key] = [assertions[key]];
        }
      }
      if (assertions.uniqueKeys?.[0]?.length > 0) {
        assertions.uniqueKeys = assertions.uniqueKeys.map((uniqueKey) => ({ uniqueKey }));
      }
      addConditions(assertions);
    }
  };
  const addConditions = ({ rowConditions, nonNull }) => {
    if (Array.isArray(rowConditions) && nonNull?.length > 0) {
      for (const column of typeof nonNull === "string" ? [nonNull] : nonNull) {
        rowConditions.push(`${column} IS NOT NULL`);
      }
      const tables = conditionsOf.get(rowConditions) ?? [];
      if (tables.length > 0) {
        native.shares();
      }
      conditionsOf.set(rowConditions, [...tables, native.latest()]);
    }
  };

  // The words of the reference take the place of older ones in the config of a declaration itself.
  const renew = (config) => {
    once(config);
    for (const [old, word] of [["database", "project"], ["schema", "dataset"]]) {
      if (config[old]) {
        config[word] = config[old];
        delete config[old];
      }
    }
    delete config.type;
    if (config.columns) {
      config.columns = columnsAsList([], config.columns);
    }
  };
  const columnsAsList = (parents, columns) =>
    Object.entries(columns).flatMap(([name, column]) => {
      const path = [...parents, name];
      if (typeof column === "string") {
        return [{ description: column, path }];
      }
      const { description, tags, bigqueryPolicyTags, columns: nested } = column;
      const list = (texts) => (typeof texts === "string" ? [texts] : texts);
      const own = { path, description, tags: list(tags), bigqueryPolicyTags: list(bigqueryPolicyTags) };
      return [own, ...columnsAsList(path, nested ?? {})];
    });

  // Lists of conditions that several tables share are the same for all of them in the end
  const settle = () => {
    for (const [conditions, tables] of conditionsOf) {
      if (tables.length > 1) {
        tables.forEach((table) => native.rowConditions(table, conditions));
      }
    }
  };

  return { holdExports, once, renew, settle, takeApart };
}
