const daily = { partitionBy: "order_day", clusterBy: ["region", "store"], labels: { owner: "sales" } };
const quality = { uniqueKey: "order_id", nonNull: ["order_id", "order_day"], rowConditions: ["amount >= 0"] };
const lists = { uniqueKeys: [["order_id"], ["region", "order_day"]], nonNull: "region" };
const columns = { order_id: "Number of the order", store: { description: "The store", columns: { city: "Where it is" } } };
const source = { database: "lake", schema: "raw", name: "orders", columns, description: "Orders as they arrive" };
module.exports = { daily, quality, lists, columns, source };
