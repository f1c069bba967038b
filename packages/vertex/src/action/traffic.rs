//! How the traffic of an endpoint is split among what a project deploys to it

use std::collections::BTreeMap;

/// A deployed model and the share of the traffic that it is declared to get
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The deployed model's id
    pub id: String,
    /// 0 to 100
    pub percent: u8,
}

/// The split after deployments in their order: each gets its share, and what is left stays with those before
/// it, in proportion to what they had. `before` is what others deployed.
///
/// The result sums to 100, or is empty where nothing is deployed.
pub fn split(before: &BTreeMap<String, i32>, deployments: &[Share]) -> BTreeMap<String, i32> {
    let mut parts: Vec<(String, f64)> = before
        .iter()
        .map(|(id, percent)| (id.clone(), f64::from(*percent)))
        .collect();
    for deployment in deployments {
        let share = f64::from(deployment.percent);
        let had: f64 = parts.iter().map(|(_, part)| part).sum();
        if had > 0.0 {
            for (_, part) in &mut parts {
                *part *= (100.0 - share) / had;
            }
            parts.push((deployment.id.clone(), share));
        } else {
            // nobody else takes the rest
            parts.push((deployment.id.clone(), 100.0));
        }
    }
    whole(&parts)
}

/// Whole percents that sum to 100: the largest remainders are rounded up
#[expect(
    clippy::cast_possible_truncation,
    reason = "percents are between 0 and 100"
)]
fn whole(parts: &[(String, f64)]) -> BTreeMap<String, i32> {
    let mut whole: Vec<i32> = parts.iter().map(|(_, part)| part.floor() as i32).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|&left, &right| {
        let rest = |at: usize| parts[at].1 - parts[at].1.floor();
        rest(right).total_cmp(&rest(left))
    });
    let missing = 100 - whole.iter().sum::<i32>();
    for &at in order
        .iter()
        .take(usize::try_from(missing).unwrap_or_default())
    {
        whole[at] += 1;
    }
    let ids = parts.iter().map(|(id, _)| id.clone());
    ids.zip(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(shares: &[(&str, u8)]) -> Vec<Share> {
        let share = |(id, percent): &(&str, u8)| Share {
            id: (*id).to_owned(),
            percent: *percent,
        };
        shares.iter().map(share).collect()
    }

    fn given(before: &[(&str, i32)], deployed: &[(&str, u8)]) -> Vec<(String, i32)> {
        let before = before.iter().map(|(id, part)| ((*id).to_owned(), *part));
        split(&before.collect(), &shares(deployed))
            .into_iter()
            .collect()
    }

    #[test]
    fn each_deployment_gets_its_share() {
        let text = |given: Vec<(String, i32)>| {
            let words: Vec<String> = given
                .iter()
                .map(|(id, part)| format!("{id}={part}"))
                .collect();
            words.join(" ")
        };
        assert_eq!(text(given(&[], &[("a", 30)])), "a=100");
        assert_eq!(text(given(&[], &[("a", 100), ("b", 50)])), "a=50 b=50");
        assert_eq!(
            text(given(&[], &[("a", 100), ("b", 50), ("c", 20)])),
            "a=40 b=40 c=20"
        );
        assert_eq!(text(given(&[], &[("a", 100), ("b", 100)])), "a=0 b=100");
        assert_eq!(text(given(&[("x", 100)], &[("a", 0)])), "a=0 x=100");
        assert_eq!(
            text(given(&[("x", 67), ("y", 33)], &[("a", 10)])),
            "a=10 x=60 y=30"
        );
        assert_eq!(
            text(given(&[], &[("a", 1), ("b", 33), ("c", 33)])),
            "a=45 b=22 c=33"
        );
    }
}
