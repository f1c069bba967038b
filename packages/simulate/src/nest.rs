//! The SQL that turns flat rows into the nested rows of the Firebase Analytics export

use std::fmt::Write as _;

use crate::event::{BOARDS, KINDS, Parameter, SCREENS};

/// The flat tables
pub const TABLES: &str = "
CREATE TABLE flat_events (
  user UINTEGER, micros BIGINT, previous BIGINT, bundle INTEGER, kind UTINYINT, screen UTINYINT,
  previous_screen UTINYINT, board UTINYINT, level SMALLINT, amount INTEGER, duration INTEGER,
  revenue FLOAT
);
CREATE TABLE flat_users (
  user UINTEGER, user_pseudo_id VARCHAR, first_open BIGINT, continent VARCHAR, country VARCHAR,
  language VARCHAR, brand VARCHAR, model VARCHAR, marketing_name VARCHAR, category VARCHAR,
  platform VARCHAR, system_version VARCHAR, app_version VARCHAR, limits_tracking VARCHAR,
  time_zone_offset_seconds BIGINT, server_offset BIGINT, campaign BOOLEAN, progressive BOOLEAN
);
";

/// Names by number, and the forms of a parameter and a property
pub fn macros() -> String {
    let classes = list(SCREENS.iter().map(|(class, _)| *class));
    let boards = list(BOARDS.iter().copied());
    let names = list(KINDS.iter().map(|(_, name, _)| *name));
    format!(
        "
CREATE MACRO kind_name(number) AS ({names})[number + 1];
CREATE MACRO screen_class(number) AS ({classes})[number + 1];
CREATE MACRO screen_id(number) AS 6120945087365412000 + number::BIGINT;
CREATE MACRO board_name(number) AS ({boards})[number + 1];
CREATE MACRO level_name(number) AS 'level_' || number::VARCHAR;
CREATE MACRO text_parameter(name, content) AS {{
  'key': name, 'value': {{'string_value': content, 'int_value': NULL::BIGINT,
  'float_value': NULL::DOUBLE, 'double_value': NULL::DOUBLE}}}};
CREATE MACRO whole_parameter(name, content) AS {{
  'key': name, 'value': {{'string_value': NULL::VARCHAR, 'int_value': content::BIGINT,
  'float_value': NULL::DOUBLE, 'double_value': NULL::DOUBLE}}}};
CREATE MACRO text_property(name, content, set_at) AS {{
  'key': name, 'value': {{'string_value': content, 'int_value': NULL::BIGINT,
  'float_value': NULL::DOUBLE, 'double_value': NULL::DOUBLE, 'set_timestamp_micros': set_at}}}};
CREATE MACRO whole_property(name, content, set_at) AS {{
  'key': name, 'value': {{'string_value': NULL::VARCHAR, 'int_value': content::BIGINT,
  'float_value': NULL::DOUBLE, 'double_value': NULL::DOUBLE, 'set_timestamp_micros': set_at}}}};
"
    )
}

/// Writes the nested rows to a file, whose path is already fit for a quoted string
pub fn copy(file: &str) -> String {
    let parameters = parameters();
    format!(
        "
COPY (
  WITH users AS (
    SELECT
      *,
      [
        whole_property('first_open_time', first_open // 3600000000 * 3600000000, first_open),
        text_property('ad_frequency', '3', first_open + 12000),
        text_property('initial_extra_steps', '5', first_open + 12000),
        CASE WHEN progressive
          THEN text_property('plays_progressive', 'true', first_open + 95000000)
          ELSE text_property('plays_quickplay', 'true', first_open + 95000000)
        END
      ] AS user_properties,
      {{
        'category': category, 'mobile_brand_name': brand, 'mobile_model_name': model,
        'mobile_marketing_name': marketing_name, 'mobile_os_hardware_model': model,
        'operating_system': platform, 'operating_system_version': system_version,
        'vendor_id': NULL::VARCHAR, 'advertising_id': NULL::VARCHAR, 'language': language,
        'is_limited_ad_tracking': limits_tracking,
        'time_zone_offset_seconds': time_zone_offset_seconds
      }} AS device,
      {{
        'continent': continent, 'country': country, 'region': NULL::VARCHAR, 'city': NULL::VARCHAR
      }} AS geo,
      {{
        'id': CASE platform WHEN 'IOS' THEN 'com.example.tiles2' ELSE 'com.example.tiles' END,
        'version': app_version, 'install_store': NULL::VARCHAR,
        'firebase_app_id': CASE platform
          WHEN 'IOS' THEN '1:100200300400:ios:3c5a7e9b1d2f4068'
          ELSE '1:100200300400:android:9f8e7d6c5b4a3021'
        END,
        'install_source': CASE platform WHEN 'IOS' THEN 'iTunes' ELSE 'com.android.vending' END
      }} AS app_info,
      {{
        'name': CASE WHEN campaign THEN NULL ELSE '(direct)' END,
        'medium': CASE WHEN campaign THEN 'organic' ELSE '(none)' END,
        'source': CASE WHEN campaign THEN 'app-store' ELSE '(direct)' END
      }} AS traffic_source
    FROM flat_users
  )
  SELECT
    strftime(make_timestamp(micros), '%Y%m%d') AS event_date,
    micros AS event_timestamp,
    kind_name(kind) AS event_name,
    {parameters} AS event_params,
    previous AS event_previous_timestamp,
    CASE WHEN kind_name(kind) = 'in_app_purchase' THEN 0.99::DOUBLE END AS event_value_in_usd,
    bundle::BIGINT AS event_bundle_sequence_id,
    server_offset AS event_server_timestamp_offset,
    NULL::VARCHAR AS user_id,
    user_pseudo_id,
    user_properties,
    first_open AS user_first_touch_timestamp,
    CASE WHEN revenue > 0
      THEN {{'revenue': round(revenue::DOUBLE, 2), 'currency': 'USD'}}
    END AS user_ltv,
    device,
    geo,
    app_info,
    traffic_source,
    CASE platform WHEN 'IOS' THEN '2000000002' ELSE '2000000001' END AS stream_id,
    platform
  FROM flat_events JOIN users USING (user)
) TO '{file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960);
"
    )
}

/// The list of parameters of each kind of event
fn parameters() -> String {
    let mut text = String::from("CASE kind");
    for (kind, _, own) in KINDS {
        let number = *kind as u8;
        let _ = write!(text, "\n      WHEN {number} THEN [");
        text.push_str("text_parameter('firebase_event_origin', 'app')");
        text.push_str(", text_parameter('firebase_screen_class', screen_class(screen))");
        text.push_str(", whole_parameter('firebase_screen_id', screen_id(screen))");
        for parameter in *own {
            let _ = match parameter {
                Parameter::Text(key, value) => write!(text, ", text_parameter('{key}', {value})"),
                Parameter::Whole(key, value) => write!(text, ", whole_parameter('{key}', {value})"),
            };
        }
        text.push(']');
    }
    text.push_str("\n    END");
    text
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = items.map(|item| format!("'{item}'")).collect();
    format!("[{}]", quoted.join(", "))
}
