publish("api").query(`
SELECT 1
`);
publish("concat").query("a" +
 "b\
c");
