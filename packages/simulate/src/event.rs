//! The events of the game: their names, their parameters and the flat form that a row is made of

use Kind::*;

/// What happened
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    ScreenView,
    UserEngagement,
    LevelStartQuickplay,
    LevelEndQuickplay,
    PostScore,
    LevelCompleteQuickplay,
    LevelResetQuickplay,
    SelectContent,
    LevelFailQuickplay,
    LevelStart,
    SessionStart,
    LevelEnd,
    LevelRetry,
    LevelUp,
    LevelComplete,
    LevelRetryQuickplay,
    LevelFail,
    SpendVirtualCurrency,
    LevelReset,
    FirebaseCampaign,
    UseExtraSteps,
    FirstOpen,
    NoMoreExtraSteps,
    AppUpdate,
    OsUpdate,
    AppRemove,
    AppException,
    Error,
    CompletedFiveLevels,
    AdReward,
    ChallengeAFriend,
    InAppPurchase,
}

/// The screens of the app: (class, name), numbered from 0
pub const SCREENS: &[(&str, &str)] = &[
    ("MainMenuActivity", "main_menu"),
    ("game_board", "game_board"),
    ("game_over", "game_over"),
    ("level_select", "level_select"),
    ("InterstitialActivity", "interstitial"),
    ("shop_menu", "shop_menu"),
];
pub const MAIN_MENU: u8 = 0;
pub const GAME_BOARD: u8 = 1;
pub const GAME_OVER: u8 = 2;
pub const LEVEL_SELECT: u8 = 3;
pub const INTERSTITIAL: u8 = 4;
pub const SHOP: u8 = 5;

/// Sizes of the boards, numbered from 0
pub const BOARDS: &[&str] = &["S", "M", "L"];

/// One event, flat; what the kind has no use for is 0
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// Index of the user, from 0
    pub user: u32,
    /// Microseconds since 1970
    pub at: i64,
    /// The user's previous event of the same kind
    pub previous: Option<i64>,
    /// Number of the upload that carried it
    pub bundle: i32,
    pub kind: Kind,
    /// Index into [`SCREENS`]
    pub screen: u8,
    /// Index into [`SCREENS`] of the screen before, for `screen_view`
    pub previous_screen: u8,
    /// Index into [`BOARDS`]
    pub board: u8,
    /// Number of the level, from 0
    pub level: i16,
    /// Score, steps or coins
    pub amount: i32,
    /// Milliseconds for `user_engagement`, seconds for `post_score`
    pub duration: i32,
    /// What the user had paid so far, in US dollars
    pub revenue: f32,
}

/// A parameter: its key and the SQL expression over the flat row
pub enum Parameter {
    Text(&'static str, &'static str),
    Whole(&'static str, &'static str),
}
use Parameter::{Text, Whole};

/// Every kind in the order of its number: name and own parameters; all have origin, screen class
/// and screen id besides
#[rustfmt::skip]
pub const KINDS: &[(Kind, &str, &[Parameter])] = &[
    (ScreenView, "screen_view", &[Text("firebase_previous_class", "screen_class(previous_screen)"), Whole("firebase_previous_id", "screen_id(previous_screen)")]),
    (UserEngagement, "user_engagement", &[Whole("engagement_time_msec", "duration")]),
    (LevelStartQuickplay, "level_start_quickplay", &[Text("board", "board_name(board)")]),
    (LevelEndQuickplay, "level_end_quickplay", &[Text("board", "board_name(board)")]),
    (PostScore, "post_score", &[Whole("score", "amount"), Whole("level", "level"), Text("level_name", "level_name(level)"), Whole("time", "duration")]),
    (LevelCompleteQuickplay, "level_complete_quickplay", &[Text("board", "board_name(board)"), Whole("value", "amount")]),
    (LevelResetQuickplay, "level_reset_quickplay", &[Text("board", "board_name(board)")]),
    (SelectContent, "select_content", &[Text("content_type", "'mode'"), Text("item_id", "CASE WHEN level > 0 THEN 'progressive' ELSE 'quickplay' END")]),
    (LevelFailQuickplay, "level_fail_quickplay", &[Text("board", "board_name(board)")]),
    (LevelStart, "level_start", &[Whole("level", "level"), Text("level_name", "level_name(level)")]),
    (SessionStart, "session_start", &[Whole("firebase_conversion", "1")]),
    (LevelEnd, "level_end", &[Whole("level", "level"), Text("level_name", "level_name(level)")]),
    (LevelRetry, "level_retry", &[Whole("level", "level"), Text("level_name", "level_name(level)")]),
    (LevelUp, "level_up", &[Whole("level", "level"), Text("level_name", "level_name(level)"), Whole("value", "amount")]),
    (LevelComplete, "level_complete", &[Whole("level", "level"), Text("level_name", "level_name(level)"), Whole("value", "amount"), Whole("firebase_conversion", "1")]),
    (LevelRetryQuickplay, "level_retry_quickplay", &[Text("board", "board_name(board)")]),
    (LevelFail, "level_fail", &[Whole("level", "level"), Text("level_name", "level_name(level)")]),
    (SpendVirtualCurrency, "spend_virtual_currency", &[Text("item_name", "'extra_steps'"), Text("virtual_currency_name", "'coins'"), Whole("value", "amount")]),
    (LevelReset, "level_reset", &[Whole("level", "level"), Text("level_name", "level_name(level)")]),
    (FirebaseCampaign, "firebase_campaign", &[Text("source", "'app-store'"), Text("medium", "'organic'"), Whole("click_timestamp", "micros // 1000 - 60000")]),
    (UseExtraSteps, "use_extra_steps", &[Text("item_name", "'extra_steps'"), Text("virtual_currency_name", "'steps'"), Whole("value", "amount")]),
    (FirstOpen, "first_open", &[Whole("firebase_conversion", "1"), Whole("previous_first_open_count", "0"), Whole("update_with_analytics", "0"), Whole("system_app", "0")]),
    (NoMoreExtraSteps, "no_more_extra_steps", &[Whole("value", "0")]),
    (AppUpdate, "app_update", &[Text("previous_app_version", "CASE platform WHEN 'IOS' THEN '3.4.8' ELSE '3.38' END")]),
    (OsUpdate, "os_update", &[Text("previous_os_version", "CASE platform WHEN 'IOS' THEN '11.3' ELSE '7.0' END")]),
    (AppRemove, "app_remove", &[]),
    (AppException, "app_exception", &[Whole("fatal", "1"), Whole("timestamp", "micros // 1000")]),
    (Error, "error", &[Whole("firebase_error", "13"), Text("error_value", "'ad_click'")]),
    (CompletedFiveLevels, "completed_5_levels", &[Whole("level", "level"), Text("level_name", "level_name(level)"), Whole("value", "5"), Whole("firebase_conversion", "1")]),
    (AdReward, "ad_reward", &[Text("type", "'steps'"), Whole("value", "amount"), Text("ad_unit_code", "'rewarded-1'")]),
    (ChallengeAFriend, "challenge_a_friend", &[Text("board", "board_name(board)")]),
    (InAppPurchase, "in_app_purchase", &[Text("product_id", "'remove_ads'"), Text("product_name", "'Remove Ads'"), Whole("quantity", "1"), Whole("price", "990000"), Text("currency", "'USD'"), Whole("validated", "1"), Whole("firebase_conversion", "1")]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_listed_in_the_order_of_their_numbers() {
        for (number, (kind, name, _)) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, number, "{name}");
        }
    }
}
