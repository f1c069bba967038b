publish("no_labels", { type: "view", bigquery: { labels: undefined } }).query("select 1");
