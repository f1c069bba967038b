publish("semi").query("SELECT 1; "); publish("semi_i", { type: "incremental" }).query("SELECT 1;"); assert("semi_a", "SELECT 1;"); operate("semi_o", "SELECT 1;");
