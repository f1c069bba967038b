//! One player: what is fixed for as long as they play

use crate::audience::{
    COUNTRIES, Country, DEVICES, Device, Platform, app_versions, system_versions,
};
use crate::random::{Dice, logistic};

/// The day the log starts, 2018-06-12 00:00 UTC, in milliseconds since 1970
pub const START: i64 = 1_528_761_600_000;
/// Milliseconds of an hour and a day
pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// Who plays, and how they are inclined
pub struct Player {
    pub pseudo_id: u128,
    pub country: &'static Country,
    pub language: &'static str,
    pub device: &'static Device,
    pub system_version: &'static str,
    pub app_version: &'static str,
    pub limits_tracking: bool,
    /// Offset from UTC in milliseconds
    pub offset: i64,
    /// Difference between the server's clock and the device's, in microseconds
    pub server_offset: i64,
    /// When the app was opened for the first time ever; before the log starts for old players
    pub first_open: i64,
    /// When the first session of the log starts
    pub arrival: i64,
    /// Came through a campaign of the store
    pub campaign: bool,
    /// How much the game means to them: about standard normal
    pub engagement: f64,
    /// How well they play: standard normal
    pub skill: f64,
    /// Will come back after the first 24 hours, if the log is long enough to see it
    pub returns: bool,
    /// Taste for the mode with levels, probability of choosing it
    pub progressive: f64,
    /// Starts a board over when it looks bad, expected number of times per game
    pub resets: f64,
    /// Buys extra steps with the game's currency, probability when a board is nearly lost
    pub spends: f64,
}

impl Player {
    /// The player behind a stream of random numbers, in a log of `days` days
    pub fn draw(dice: &mut Dice, days: u32) -> Self {
        let country = dice.weighted(COUNTRIES, |country| country.weight);
        let platform = if dice.chance(country.android) {
            Platform::Android
        } else {
            Platform::Ios
        };
        let device = dice.weighted(DEVICES, |device| {
            if device.platform == platform {
                device.weight
            } else {
                0.0
            }
        });
        let language = dice.weighted(country.languages, |(_, weight)| *weight).0;
        let offset_hours = dice.weighted(country.offsets, |_| 1.0);
        let offset = (offset_hours * HOUR as f64) as i64;
        let arrival = START + arrival(dice, days, offset);
        let old = dice.chance(0.30);
        let first_open = if old {
            arrival - DAY - (dice.exponential(200.0) * DAY as f64) as i64
        } else {
            arrival
        };
        let engagement = 0.9 * dice.normal()
            + 0.6 * country.appeal
            + match platform {
                Platform::Android => -0.12,
                Platform::Ios => 0.15,
            }
            + if device.category == "tablet" {
                0.2
            } else {
                0.0
            }
            + if old { 0.3 } else { -0.1 };
        let skill = dice.normal();
        // losing again and again keeps nobody; the rest is what the log cannot know
        let returns = dice.chance(logistic(
            -0.95 + 3.2 * engagement + 0.8 * country.appeal + 0.3 * skill,
        ));
        Self {
            pseudo_id: dice.bits(),
            country,
            language,
            device,
            system_version: dice
                .weighted(system_versions(platform), |(_, weight)| *weight)
                .0,
            app_version: dice
                .weighted(app_versions(platform), |(_, weight)| *weight)
                .0,
            limits_tracking: dice.chance(0.06),
            offset,
            server_offset: (dice.normal() * 600_000.0) as i64,
            first_open,
            arrival,
            campaign: !old && dice.chance(0.6),
            engagement,
            skill,
            returns,
            progressive: if dice.chance(0.18) { 0.6 } else { 0.01 },
            resets: if dice.chance(0.15) {
                dice.exponential(1.6)
            } else {
                0.0
            },
            spends: if dice.chance(0.12) { 0.25 } else { 0.012 },
        }
    }
}

/// Shares of the day's sessions by local hour, from midnight
const HOURS: [f64; 24] = [
    2.5, 1.6, 1.0, 0.7, 0.7, 1.2, 2.4, 3.6, 4.2, 4.3, 4.4, 4.6, 5.0, 4.8, 4.6, 4.6, 4.9, 5.3, 5.8,
    6.4, 7.0, 7.4, 6.8, 4.6,
];

/// When the first session starts, in milliseconds from the start of the log
fn arrival(dice: &mut Dice, days: u32, offset: i64) -> i64 {
    let day = (dice.unit() * f64::from(days)) as i64;
    let hours: Vec<(i64, f64)> = (0..).zip(HOURS).collect();
    let hour = dice.weighted(&hours, |(_, weight)| *weight).0;
    let local = hour * HOUR + dice.whole(0, HOUR - 1);
    day * DAY + (local - offset).rem_euclid(DAY)
}
