publish("arr", ["SELECT 1"]);
