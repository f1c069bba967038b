//! Scratch
#[path = "../../../tests/src/googlesql/mod.rs"]
#[expect(dead_code, reason = "a tool of one use")]
mod conformance;
fn main() {
    let mut args = std::env::args().skip(1);
    let file = args.next().unwrap_or_default();
    let filter = args.next();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let mut report = conformance::Report::default();
    for line in text.lines() {
        let Ok(case) = serde_json::from_str::<conformance::Case>(line) else {
            continue;
        };
        if filter
            .as_ref()
            .is_some_and(|f| !case.id.contains(f.as_str()))
        {
            continue;
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            conformance::run_case(&case)
        }))
        .unwrap_or(conformance::Outcome::Refused("PANIC".to_owned()));
        report.outcomes.push((case, outcome));
    }
    for (case, outcome) in &report.outcomes {
        match outcome {
            conformance::Outcome::Equal => {}
            conformance::Outcome::Refused(m) => println!(
                "REFUSED [{}] {}\n  {}\n  => {}",
                case.tier,
                case.id,
                case.sql.replace('\n', "\n  "),
                m
            ),
            conformance::Outcome::Wrong(m) => println!(
                "WRONG [{}] {}\n  {}\n  expected {}\n  => {}",
                case.tier,
                case.id,
                case.sql.replace('\n', "\n  "),
                serde_json::to_string(&case.expected_rows).unwrap_or_default(),
                m
            ),
        }
    }
    println!("{report}");
}
