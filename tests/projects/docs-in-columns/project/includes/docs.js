const leaf = (description, tags) => ({ description, ...(tags && { tags }) });
const address = { description: "Address", columns: { street: "Street", geo: { description: "Geo", columns: { lat: leaf("Latitude", "geo"), lng: leaf("Longitude", ["geo", "pii"]) } } } };
const columns = { id: "Identifier", address, "quoted name": `A "quoted" text`, empty: "", policy: { description: "P", bigqueryPolicyTags: "projects/p/locations/l/taxonomies/1/policyTags/2" }, 7: "seven", record: { columns: { inner: "Inner" } }, number: 5, nothing: undefined, displayed: { displayName: "Shown", description: "D" } };
module.exports = { columns, pick: (...names) => Object.fromEntries(names.map((name) => [name, columns[name]])), columnsSet: { ...columns, added: "Added" } };
