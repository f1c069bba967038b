publish("x");
