//! Rows for people: columns under their names, as wide as the terminal allows

use console::{measure_text_width, truncate_str};
use sqlx_runtime::warehouse::Rows;

/// A column is not made narrower than this
const NARROWEST: usize = 6;
const GAP: usize = 2;

/// Columns set under their names, numbers flush right; within `width`, long texts are cut, and rows with
/// too many columns are set as a line per value
pub fn as_table(rows: &Rows, width: Option<usize>) -> String {
    let header: Vec<String> = rows
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let texts: Vec<Vec<String>> = rows
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| cell.to_text("NULL").replace('\n', "⏎"))
                .collect()
        })
        .collect();
    let wanted: Vec<usize> = (0..header.len())
        .map(|column| {
            let cells = texts.iter().map(|row| measure_text_width(&row[column]));
            cells
                .chain([measure_text_width(&header[column])])
                .max()
                .unwrap_or_default()
        })
        .collect();
    match width.map_or_else(|| Some(wanted.clone()), |width| fitted(&wanted, width)) {
        Some(widths) => grid(rows, &header, &texts, &widths),
        None => records(&header, &texts, width.unwrap_or(usize::MAX)),
    }
}

/// Widths within the terminal's: the widest columns give way first; `None` where there are too many
fn fitted(wanted: &[usize], width: usize) -> Option<Vec<usize>> {
    let gaps = GAP * wanted.len().saturating_sub(1);
    let room = width.checked_sub(gaps)?;
    let total = |limit: usize| wanted.iter().map(|one| (*one).min(limit)).sum::<usize>();
    let widest = wanted.iter().copied().max().unwrap_or_default();
    let limit = (NARROWEST..=widest.max(NARROWEST))
        .rev()
        .find(|limit| total(*limit) <= room)?;
    Some(wanted.iter().map(|one| (*one).min(limit)).collect())
}

fn grid(rows: &Rows, header: &[String], texts: &[Vec<String>], widths: &[usize]) -> String {
    let line = |row: &[String]| {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, text)| {
                let text = truncate_str(text, widths[column], "…");
                let padding = " ".repeat(widths[column].saturating_sub(measure_text_width(&text)));
                if rows.is_numeric(column) {
                    format!("{padding}{text}")
                } else {
                    format!("{text}{padding}")
                }
            })
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    let rule: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
    let mut output = line(header);
    output.push_str(&rule.join("  "));
    output.push('\n');
    output.extend(texts.iter().map(|row| line(row)));
    output
}

fn records(header: &[String], texts: &[Vec<String>], width: usize) -> String {
    let names = header
        .iter()
        .map(|name| measure_text_width(name))
        .max()
        .unwrap_or_default();
    let mut output = String::new();
    for (number, row) in texts.iter().enumerate() {
        output.push_str(&format!("── row {} ──\n", number + 1));
        for (name, text) in header.iter().zip(row) {
            let padding = " ".repeat(names - measure_text_width(name));
            let line = format!("{name}{padding}  {text}");
            output.push_str(truncate_str(&line, width, "…").trim_end());
            output.push('\n');
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use googlesql::{Column, Type};
    use sqlx_runtime::warehouse::Cell;

    use super::*;

    fn rows(columns: usize) -> Rows {
        let name = |at: usize| format!("column_{at}");
        Rows {
            columns: (0..columns)
                .map(|at| Column::new(name(at), Type::String))
                .collect(),
            rows: vec![vec![
                Cell::Text("a text of some length, cut".to_owned());
                columns
            ]],
        }
    }

    #[test]
    fn a_table_is_no_wider_than_the_terminal() {
        for columns in 1..30 {
            for width in [20, 40, 80, 200] {
                let table = as_table(&rows(columns), Some(width));
                let widest = table.lines().map(measure_text_width).max().unwrap();
                assert!(widest <= width, "{columns} columns, {width} wide:\n{table}");
            }
        }
    }

    #[test]
    fn nothing_is_cut_where_nobody_watches() {
        assert!(as_table(&rows(20), None).contains("a text of some length, cut  a text"));
    }
}
