publish("globals").query([global["two.dots"], global["with-dash"], typeof data, typeof notes, global["two"]].join());
