//! How a player plays: sessions over the days, games within a session, events within a game

use crate::event::{
    Event, GAME_BOARD, GAME_OVER, INTERSTITIAL, KINDS, Kind, LEVEL_SELECT, MAIN_MENU, SHOP,
};
use crate::player::{DAY, HOUR, Player, START};
use crate::random::{Dice, logistic};

const MINUTE: i64 = 60_000;

/// Appends all events of a player within a log of `days` days to `events`, in the order of time
pub fn play(user: u32, player: &Player, days: u32, dice: &mut Dice, events: &mut Vec<Event>) {
    let end = START + i64::from(days) * DAY;
    let mut game = Game {
        user,
        player,
        dice,
        events,
        now: player.arrival,
        // who does not return is not seen after the first day
        end: if player.returns {
            end
        } else {
            end.min(player.arrival + DAY - MINUTE)
        },
        previous: [None; KINDS.len()],
        screen: MAIN_MENU,
        engaged_since: player.arrival,
        bundle: 0,
        level: 0,
        completed: 0,
        coins: 5,
        revenue: 0.0,
    };
    let mut next = player.arrival;
    for start in sessions(player, days, game.dice) {
        // what starts within half an hour still belongs to the session before
        game.now = start.max(next);
        if game.now >= game.end {
            break;
        }
        game.session();
        next = game.now + 30 * MINUTE;
    }
    let left = !player.returns && game.dice.chance(0.3);
    if left {
        game.now += game.dice.whole(MINUTE, 4 * HOUR);
        game.emit(Kind::AppRemove);
    }
}

/// When sessions start, in order; the first is the arrival
fn sessions(player: &Player, days: u32, dice: &mut Dice) -> Vec<i64> {
    let mut starts = vec![player.arrival];
    // a habit shows on the first day already: who will return opens the game more often
    let habit = if player.returns { 0.33 } else { -0.12 };
    let first_day = dice.poisson((habit + 0.55 * player.engagement).min(1.7).exp());
    for _ in 0..first_day {
        let gap = dice.between(0.02, 0.96).powf(1.3);
        starts.push(player.arrival + (gap * DAY as f64) as i64);
    }
    if player.returns {
        let left = i64::from(days) - (player.arrival - START) / DAY;
        // the first return comes soon; after it interest fades with the days
        let first_return = 1 + (dice.exponential(1.1) as i64).min(6);
        for day in first_return..=left {
            let fading = (0.5 + 0.2 * player.engagement) / (day as f64).powf(0.6);
            if day == first_return || dice.chance(fading) {
                let sessions = 1 + dice.poisson((-0.7 + 0.5 * player.engagement).min(1.5).exp());
                for _ in 0..sessions {
                    let hours = dice.exponential(3.5).min(20.0);
                    starts.push(player.arrival + day * DAY + MINUTE + (hours * HOUR as f64) as i64);
                }
            }
        }
    }
    starts.sort_unstable();
    starts
}

/// A player at play
struct Game<'a> {
    user: u32,
    player: &'a Player,
    dice: &'a mut Dice,
    events: &'a mut Vec<Event>,
    now: i64,
    end: i64,
    previous: [Option<i64>; KINDS.len()],
    screen: u8,
    engaged_since: i64,
    bundle: i32,
    level: i16,
    completed: u32,
    coins: i32,
    revenue: f32,
}

impl Game<'_> {
    fn session(&mut self) {
        let first = self.bundle == 0;
        let new = self.player.first_open == self.player.arrival;
        self.bundle += if first && !new {
            self.dice.whole(20, 400) as i32
        } else {
            1
        };
        let liking = if self.player.returns { 0.12 } else { -0.12 };
        let minutes =
            (2.0 + liking + 0.45 * self.player.engagement + 0.5 * self.dice.normal()).exp();
        let until = self.now + (minutes.min(90.0) * MINUTE as f64) as i64;
        self.screen = MAIN_MENU;
        self.engaged_since = self.now;
        if first && new {
            self.emit(Kind::FirstOpen);
            if self.player.campaign {
                self.emit(Kind::FirebaseCampaign);
            }
        } else if self.dice.chance(0.06) {
            self.emit(Kind::AppUpdate);
        } else if self.dice.chance(0.05) {
            self.emit(Kind::OsUpdate);
        }
        self.emit(Kind::SessionStart);
        self.show(MAIN_MENU);
        self.wait(2.0, 12.0);
        self.engage();
        while self.now < until {
            let progressive = self.dice.chance(self.player.progressive);
            if self.dice.chance(0.2) {
                self.emit_with(Kind::SelectContent, |event| {
                    event.level = i16::from(progressive)
                });
            }
            if progressive {
                self.level()
            } else {
                self.quickplay()
            }
            if self.dice.chance(0.10) {
                self.show(MAIN_MENU);
                self.wait(2.0, 20.0);
            }
        }
        if self.dice.chance(0.05) {
            self.emit(Kind::AppException);
        }
    }

    /// One board of the quick mode
    fn quickplay(&mut self) {
        let board = self
            .dice
            .weighted(&[(0, 60.0), (1, 28.0), (2, 12.0)], |(_, weight)| *weight)
            .0;
        self.show(GAME_BOARD);
        self.emit_board(Kind::LevelStartQuickplay, board, 0);
        let mut resets = self.dice.poisson(self.player.resets.min(6.0));
        while resets > 0 {
            self.wait(4.0, 30.0);
            self.emit_board(Kind::LevelResetQuickplay, board, 0);
            resets -= 1;
        }
        let started = self.now;
        self.wait(
            25.0 + 20.0 * f64::from(board),
            110.0 + 70.0 * f64::from(board),
        );
        self.engage();
        if self.dice.chance(0.36) {
            return; // given up without an end
        }
        let nearly_lost = self.dice.chance(0.16);
        let rescued = nearly_lost && self.rescue();
        let won =
            rescued || (!nearly_lost && self.dice.chance(logistic(0.75 + 0.6 * self.player.skill)));
        self.emit_board(Kind::LevelEndQuickplay, board, 0);
        if won {
            let steps = 19 + 6 * i32::from(board) - (2.0 * self.player.skill) as i32;
            self.emit_board(Kind::LevelCompleteQuickplay, board, steps);
            self.post_score(started, 0);
            if self.dice.chance(0.003) {
                self.emit_board(Kind::ChallengeAFriend, board, 0);
            }
        } else {
            self.emit_board(Kind::LevelFailQuickplay, board, 0);
            if self.dice.chance(0.2) {
                self.emit_board(Kind::LevelRetryQuickplay, board, 0);
            }
        }
        self.finish();
    }

    /// One level of the mode that goes on from level to level
    fn level(&mut self) {
        self.show(LEVEL_SELECT);
        self.wait(1.0, 6.0);
        self.show(GAME_BOARD);
        self.emit_level(Kind::LevelStart, 0);
        if self.dice.chance(0.14) {
            self.wait(5.0, 30.0);
            self.emit_level(Kind::LevelReset, 0);
        }
        let started = self.now;
        self.wait(25.0, 120.0);
        self.engage();
        if self.dice.chance(0.25) {
            return;
        }
        let nearly_lost = self.dice.chance(0.3);
        let rescued = nearly_lost && self.rescue();
        self.emit_level(Kind::LevelEnd, 0);
        if rescued || (!nearly_lost && self.dice.chance(logistic(0.9 + 0.6 * self.player.skill))) {
            self.emit_level(Kind::LevelComplete, 1);
            self.post_score(started, self.level);
            self.level += 1;
            self.completed += 1;
            self.emit_level(Kind::LevelUp, 1);
            if self.completed == 5 {
                self.emit_level(Kind::CompletedFiveLevels, 5);
            }
        } else {
            self.emit_level(Kind::LevelFail, 0);
            for _ in 0..self.dice.poisson(1.6) {
                self.emit_level(Kind::LevelRetry, 0);
                self.wait(15.0, 90.0);
            }
        }
        self.finish();
    }

    /// Extra steps on a board that is nearly lost, if the player has some or pays for them
    fn rescue(&mut self) -> bool {
        if !self.dice.chance(self.player.spends * 4.0) {
            return false;
        }
        if self.coins <= 0 {
            self.emit(Kind::NoMoreExtraSteps);
            if self.dice.chance(0.3) {
                self.show(SHOP);
                self.wait(5.0, 30.0);
                self.emit_with(Kind::AdReward, |event| event.amount = 5);
                self.coins += 5;
            } else if self.dice.chance(0.01) {
                self.revenue += 0.99;
                self.emit(Kind::InAppPurchase);
                self.coins += 50;
            } else {
                self.coins += i32::from(self.dice.chance(0.5)) * 3;
                return false;
            }
        }
        self.coins -= 1;
        self.emit_with(Kind::SpendVirtualCurrency, |event| event.amount = 1);
        if self.dice.chance(0.72) {
            self.emit_with(Kind::UseExtraSteps, |event| event.amount = 5);
        }
        self.wait(3.0, 15.0);
        true
    }

    fn post_score(&mut self, started: i64, level: i16) {
        let seconds = ((self.now - started) / 1000) as i32;
        let score = 3 + (6.0 * self.player.skill.max(-0.5)) as i32 + self.dice.whole(0, 20) as i32;
        self.emit_with(Kind::PostScore, |event| {
            event.amount = score;
            event.level = level;
            event.duration = seconds;
        });
    }

    /// What follows the end of a game: an advertisement and the result
    fn finish(&mut self) {
        if self.dice.chance(0.85) {
            self.show(INTERSTITIAL);
            if self.dice.chance(0.003) {
                self.emit(Kind::Error);
            }
            self.wait(3.0, 20.0);
            if self.dice.chance(0.75) {
                self.engage();
            }
        }
        self.show(GAME_OVER);
        self.wait(2.0, 15.0);
        self.engage();
        let again = self.dice.chance(0.7);
        self.show(if again { GAME_BOARD } else { MAIN_MENU });
        self.wait(1.0, 4.0);
    }

    fn show(&mut self, screen: u8) {
        let previous = std::mem::replace(&mut self.screen, screen);
        self.emit_with(Kind::ScreenView, |event| event.previous_screen = previous);
    }

    fn engage(&mut self) {
        let duration = (self.now - self.engaged_since).clamp(0, HOUR) as i32;
        self.engaged_since = self.now;
        self.emit_with(Kind::UserEngagement, |event| event.duration = duration);
    }

    fn wait(&mut self, low: f64, high: f64) {
        self.now += (self.dice.between(low, high) * 1000.0) as i64;
    }

    fn emit(&mut self, kind: Kind) {
        self.emit_with(kind, |_| {});
    }

    fn emit_board(&mut self, kind: Kind, board: u8, amount: i32) {
        self.emit_with(kind, |event| {
            event.board = board;
            event.amount = amount;
        });
    }

    fn emit_level(&mut self, kind: Kind, amount: i32) {
        let level = self.level;
        self.emit_with(kind, |event| {
            event.level = level;
            event.amount = amount;
        });
    }

    /// Records an event now; each takes a few milliseconds, so that no two have the same time
    fn emit_with(&mut self, kind: Kind, fill: impl FnOnce(&mut Event)) {
        if self.now >= self.end {
            return;
        }
        let number = kind as usize;
        let at = self.now * 1000 + (self.bundle as i64 % 500) + 1;
        let mut event = Event {
            user: self.user,
            at,
            previous: self.previous[number].replace(at),
            bundle: self.bundle,
            kind,
            screen: self.screen,
            previous_screen: 0,
            board: 0,
            level: 0,
            amount: 0,
            duration: 0,
            revenue: self.revenue,
        };
        fill(&mut event);
        self.events.push(event);
        self.now += 1 + (at % 7);
    }
}
