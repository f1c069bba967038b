// Descriptions of columns that appear in more than one table.

const { countedEvents } = require("includes/churn");

const user = {
  user_pseudo_id: "The app instance, as Firebase names it",
};

const firstEngagement = {
  user_first_engagement: "When the user was first engaged, in microseconds since 1970 UTC",
};

const demographics = {
  country: "Country of the user's most recent engagement",
  operating_system: "Operating system of the device of the most recent engagement",
  language: "Language of the device of the most recent engagement",
};

const churned = {
  churned: "1 if the user was not engaged any more after the churn window, else 0",
};

const counts = Object.fromEntries(
  countedEvents.map((event) => [
    `cnt_${event}`,
    `Number of ${event} events within the feature window`,
  ])
);

module.exports = { user, firstEngagement, demographics, churned, counts };
