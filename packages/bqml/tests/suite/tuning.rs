//! Hyperparameter tuning: trials, the best of them, and each of them asked

use crate::statements::Warehouse;

fn tuned(options: &str) -> String {
    format!(
        "CREATE MODEL d.m OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['churned'], {options})
AS SELECT cnt, country, churned FROM d.users;"
    )
}

#[test]
fn trials_are_told_and_the_best_answers() {
    let warehouse = Warehouse::new();
    let script = tuned(
        "num_trials = 6, max_parallel_trials = 2, hparam_tuning_objectives = ['log_loss'], l1_reg = HPARAM_CANDIDATES([0, 0.1, 1]), l2_reg = HPARAM_RANGE(0, 5), data_split_method = 'RANDOM', data_split_eval_fraction = 0.2, data_split_test_fraction = 0.1",
    );
    warehouse.run(&script).unwrap();
    let info = warehouse
        .run("SELECT * FROM ML.TRIAL_INFO(MODEL d.m) ORDER BY trial_id")
        .unwrap();
    assert_eq!(info.iter().filter(|row| row.ends_with("true")).count(), 1);
    let evaluated = warehouse
        .run("SELECT trial_id, ROUND(log_loss, 6), ROUND(roc_auc, 6) FROM ML.EVALUATE(MODEL d.m) ORDER BY 1")
        .unwrap();
    insta::assert_snapshot!(format!("{}\n\n{}", info.join("\n"), evaluated.join("\n")));

    let best = info.iter().position(|row| row.ends_with("true")).unwrap() + 1;
    let predict = |settings: &str| {
        let query = format!(
            "SELECT ROUND(SUM(p.predicted_churned_probs[OFFSET(0)].prob), 9) FROM ML.PREDICT(MODEL d.m, (SELECT cnt, country FROM d.users){settings}) AS p"
        );
        warehouse.run(&query).unwrap()
    };
    assert_eq!(
        predict(""),
        predict(&format!(", STRUCT({best} AS trial_id)"))
    );
    let other = best % 6 + 1;
    assert_ne!(
        predict(""),
        predict(&format!(", STRUCT({other} AS trial_id)"))
    );
    let weights = warehouse
        .run("SELECT COUNT(DISTINCT trial_id), COUNT(*) FROM ML.WEIGHTS(MODEL d.m)")
        .unwrap();
    assert_eq!(weights, ["6 | 18"]);
}

#[test]
fn a_grid_is_gone_through_once() {
    let warehouse = Warehouse::new();
    let script = tuned(
        "num_trials = 20, hparam_tuning_algorithm = 'GRID_SEARCH', l1_reg = HPARAM_CANDIDATES([0, 1]), l2_reg = HPARAM_CANDIDATES([0, 2, 3])",
    );
    warehouse.run(&script).unwrap();
    let rows = warehouse
        .run("SELECT t.hyperparameters.l1_reg, t.hyperparameters.l2_reg FROM ML.TRIAL_INFO(MODEL d.m) AS t ORDER BY trial_id")
        .unwrap();
    assert_eq!(rows, ["0 | 0", "0 | 2", "0 | 3", "1 | 0", "1 | 2", "1 | 3"]);
}

#[test]
fn trials_that_cannot_be_are_told_and_most_may_not_be() {
    let warehouse = Warehouse::new();
    let script = tuned(
        "num_trials = 3, hparam_tuning_algorithm = 'GRID_SEARCH', l1_reg = HPARAM_CANDIDATES([0.5, -1, 0])",
    );
    warehouse.run(&script).unwrap();
    let rows = warehouse
        .run("SELECT trial_id, status, error_message, is_optimal FROM ML.TRIAL_INFO(MODEL d.m) ORDER BY 1")
        .unwrap();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn tuning_is_checked() {
    let warehouse = Warehouse::new();
    let mut found = Vec::new();
    for options in [
        "num_trials = 0",
        "num_trials = 2, l1_reg = HPARAM_RANGE(3, 1)",
        "num_trials = 2, l1_reg = HPARAM_CANDIDATES(1)",
        "num_trials = 2, early_stop = HPARAM_CANDIDATES([TRUE, FALSE])",
        "num_trials = 2, l1_reg = 1, l2_reg = 2",
        "num_trials = 2, hparam_tuning_objectives = ['r2_score']",
        "num_trials = 2, data_split_method = 'RANDOM', data_split_eval_fraction = 0.1",
        "l1_reg = HPARAM_RANGE(0, 1)",
        "max_parallel_trials = 2",
        "num_trials = 2, l1_reg = HPARAM_CANDIDATES([-1, -2])",
    ] {
        let error = warehouse.run(&tuned(options)).unwrap_err();
        found.push(format!("{options}\n  {error}"));
    }
    let plain = tuned("l1_reg = 0.5");
    warehouse.run(&plain).unwrap();
    for query in [
        "SELECT * FROM ML.TRIAL_INFO(MODEL d.m)",
        "SELECT * FROM ML.PREDICT(MODEL d.m, TABLE d.users, STRUCT(1 AS trial_id))",
        "SELECT * FROM ML.TRANSFORM(MODEL d.m, TABLE d.users)",
    ] {
        let error = warehouse.run(query).unwrap_err();
        found.push(format!("{query}\n  {error}"));
    }
    insta::assert_snapshot!(found.join("\n"));
}
