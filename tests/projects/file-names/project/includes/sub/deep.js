publish("never");
