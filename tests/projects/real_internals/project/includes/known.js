const declared = (name) => dataform.actions.some((action) => action.proto.target.name === name);
const declareOnce = (name) => { if (!declared(name)) { declare({ schema: "raw", name }); } };
const fullName = (ctx) => {
  const { database, schema, name } = ctx.operation.proto.target;
  return `${database}.${schema}.${name}`;
};
module.exports = { declareOnce, fullName };
