try { require("./e"); } catch (error) { publish("g_caught").query(error.message); }
