const instance = segment.make({ database: "vendor", fields: { user_id: "user", session: "session_id" }, defaultConfig: { tags: ["segment"], schema: "marts" } });
const { sessions } = instance.publish();
sessions.columns({ user_id: "User" });
