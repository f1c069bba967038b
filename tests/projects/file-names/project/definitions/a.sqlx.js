publish("sqlx_js").query(__filename.split("/").pop());
