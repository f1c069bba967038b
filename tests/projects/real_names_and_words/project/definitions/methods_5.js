assert("hermetic_check").query("select 1").hermetic(false).description("lost");
