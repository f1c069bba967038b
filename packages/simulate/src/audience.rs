//! Where players live, what they speak and what they hold in their hands

use Platform::{Android, Ios};

/// The two platforms of the game
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Google's
    Android,
    /// Apple's
    Ios,
}

impl Platform {
    /// Name in `platform` and `device.operating_system`
    pub fn name(self) -> &'static str {
        match self {
            Android => "ANDROID",
            Ios => "IOS",
        }
    }
}

/// A country and its players
pub struct Country {
    /// As Firebase writes it
    pub name: &'static str,
    pub continent: &'static str,
    /// Share of all players, relative
    pub weight: f64,
    /// Device languages with their relative shares
    pub languages: &'static [(&'static str, f64)],
    /// Offsets from UTC, in hours
    pub offsets: &'static [f64],
    /// Share of Android among the devices
    pub android: f64,
    /// How much more than average these players are taken with the game, in standard deviations
    pub appeal: f64,
}

/// A device that is sold
pub struct Device {
    pub brand: &'static str,
    pub model: &'static str,
    pub marketing_name: &'static str,
    pub category: &'static str,
    pub platform: Platform,
    pub weight: f64,
}

const fn country(
    name: &'static str,
    continent: &'static str,
    weight: f64,
    languages: &'static [(&'static str, f64)],
    offsets: &'static [f64],
    android: f64,
    appeal: f64,
) -> Country {
    Country {
        name,
        continent,
        weight,
        languages,
        offsets,
        android,
        appeal,
    }
}

/// The countries, largest first
#[rustfmt::skip]
pub const COUNTRIES: &[Country] = &[
    country("United States", "Americas", 56.0, &[("en-us", 94.0), ("en", 3.0), ("es-us", 3.0)], &[-4.0, -5.0, -6.0, -7.0], 0.52, 0.25),
    country("India", "Asia", 9.0, &[("en-gb", 50.0), ("en-in", 25.0), ("en-us", 20.0), ("hi-in", 5.0)], &[5.5], 0.96, -0.55),
    country("Japan", "Asia", 5.5, &[("ja-jp", 97.0), ("en-us", 3.0)], &[9.0], 0.42, 0.45),
    country("United Kingdom", "Europe", 4.0, &[("en-gb", 96.0), ("en-us", 4.0)], &[1.0], 0.50, 0.15),
    country("Australia", "Oceania", 3.0, &[("en-au", 93.0), ("en-us", 7.0)], &[8.0, 10.0], 0.46, 0.20),
    country("Canada", "Americas", 2.8, &[("en-ca", 72.0), ("fr-ca", 16.0), ("en-us", 12.0)], &[-4.0, -5.0, -7.0], 0.48, 0.20),
    country("Germany", "Europe", 2.4, &[("de-de", 92.0), ("en-us", 5.0), ("tr-tr", 3.0)], &[2.0], 0.70, 0.05),
    country("France", "Europe", 2.2, &[("fr-fr", 92.0), ("en-us", 8.0)], &[2.0], 0.66, 0.0),
    country("Brazil", "Americas", 2.0, &[("pt-br", 92.0), ("en-us", 8.0)], &[-3.0], 0.90, -0.35),
    country("Taiwan", "Asia", 1.4, &[("zh-tw", 95.0), ("en-us", 5.0)], &[8.0], 0.60, 0.30),
    country("Mexico", "Americas", 1.3, &[("es-mx", 90.0), ("es-us", 6.0), ("en-us", 4.0)], &[-5.0], 0.86, -0.25),
    country("Pakistan", "Asia", 1.1, &[("en-us", 60.0), ("en-gb", 30.0), ("ur-pk", 10.0)], &[5.0], 0.97, -0.75),
    country("Netherlands", "Europe", 0.9, &[("nl-nl", 88.0), ("en-us", 12.0)], &[2.0], 0.58, 0.10),
    country("South Korea", "Asia", 0.9, &[("ko-kr", 98.0), ("en-us", 2.0)], &[9.0], 0.76, 0.35),
    country("Spain", "Europe", 0.9, &[("es-es", 85.0), ("ca-es", 15.0)], &[2.0], 0.82, -0.10),
    country("Philippines", "Asia", 0.8, &[("en-us", 85.0), ("fil-ph", 15.0)], &[8.0], 0.90, -0.40),
    country("Vietnam", "Asia", 0.7, &[("vi-vn", 85.0), ("en-us", 15.0)], &[7.0], 0.80, -0.30),
    country("Turkey", "Asia", 0.7, &[("tr-tr", 95.0), ("en-us", 5.0)], &[3.0], 0.84, -0.30),
    country("Sweden", "Europe", 0.6, &[("sv-se", 80.0), ("en-se", 20.0)], &[2.0], 0.44, 0.10),
    country("South Africa", "Africa", 0.6, &[("en-za", 70.0), ("en-gb", 20.0), ("af-za", 10.0)], &[2.0], 0.82, -0.20),
    country("Egypt", "Africa", 0.5, &[("ar-eg", 60.0), ("en-gb", 25.0), ("en-us", 15.0)], &[2.0], 0.92, -0.60),
    country("Nigeria", "Africa", 0.4, &[("en-gb", 60.0), ("en-us", 40.0)], &[1.0], 0.95, -0.65),
    country("Singapore", "Asia", 0.4, &[("en-sg", 55.0), ("en-gb", 30.0), ("zh-hans-sg", 15.0)], &[8.0], 0.55, 0.15),
    country("New Zealand", "Oceania", 0.4, &[("en-nz", 90.0), ("en-gb", 10.0)], &[12.0], 0.50, 0.15),
    country("Norway", "Europe", 0.3, &[("nb-no", 92.0), ("en-us", 8.0)], &[2.0], 0.40, 0.10),
];

const fn device(
    brand: &'static str,
    model: &'static str,
    marketing_name: &'static str,
    category: &'static str,
    platform: Platform,
    weight: f64,
) -> Device {
    Device {
        brand,
        model,
        marketing_name,
        category,
        platform,
        weight,
    }
}

/// The devices of the time
#[rustfmt::skip]
pub const DEVICES: &[Device] = &[
    device("Samsung", "SM-G960F", "Galaxy S9", "mobile", Android, 14.0),
    device("Samsung", "SM-G950F", "Galaxy S8", "mobile", Android, 16.0),
    device("Samsung", "SM-J530F", "Galaxy J5", "mobile", Android, 12.0),
    device("Samsung", "SM-T580", "Galaxy Tab A", "tablet", Android, 14.0),
    device("Xiaomi", "Redmi Note 5", "Redmi Note 5", "mobile", Android, 11.0),
    device("Motorola", "Moto G (5)", "Moto G5", "mobile", Android, 9.0),
    device("Huawei", "ANE-LX1", "P20 Lite", "mobile", Android, 8.0),
    device("Google", "Pixel 2", "Pixel 2", "mobile", Android, 5.0),
    device("LG", "LM-X210", "K9", "mobile", Android, 5.0),
    device("Amazon", "KFGIWI", "Fire HD 8", "tablet", Android, 6.0),
    device("Apple", "iPhone10,4", "iPhone 8", "mobile", Ios, 20.0),
    device("Apple", "iPhone9,1", "iPhone 7", "mobile", Ios, 22.0),
    device("Apple", "iPhone8,1", "iPhone 6s", "mobile", Ios, 14.0),
    device("Apple", "iPhone10,6", "iPhone X", "mobile", Ios, 9.0),
    device("Apple", "iPad7,5", "iPad (6th generation)", "tablet", Ios, 17.0),
    device("Apple", "iPad5,3", "iPad Air 2", "tablet", Ios, 18.0),
];

/// Versions of the two operating systems with their relative shares
pub fn system_versions(platform: Platform) -> &'static [(&'static str, f64)] {
    match platform {
        Android => &[
            ("8.0.0", 34.0),
            ("7.0", 30.0),
            ("6.0.1", 20.0),
            ("5.1.1", 10.0),
            ("8.1.0", 6.0),
        ],
        Ios => &[
            ("11.4", 52.0),
            ("11.4.1", 24.0),
            ("11.3", 10.0),
            ("10.3.3", 9.0),
            ("9.3.5", 5.0),
        ],
    }
}

/// Releases of the game with their relative shares, newest first
pub fn app_versions(platform: Platform) -> &'static [(&'static str, f64)] {
    match platform {
        Android => &[("3.41", 86.0), ("3.40", 8.0), ("3.38", 4.0), ("3.31", 2.0)],
        Ios => &[
            ("3.4.12", 76.0),
            ("3.4.9", 14.0),
            ("3.4.8", 6.0),
            ("3.3.2", 4.0),
        ],
    }
}
