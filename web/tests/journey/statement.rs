//! A contributor's statement, as a table and as JSON, is what the books say, to the last unit.

use crate::house;
use serde_json::Value;

#[test]
fn statements_add_up_to_the_earnings() {
    let Some(house) = house::ready() else { return };
    for question in ["What is a Datanet?", "How are the shares of an answer computed?"] {
        assert_eq!(house.ask(question)["outcome"], "answered", "{question}");
    }
    let (_, earnings) = house.get("/v1/earnings");
    let payees = earnings["data"].as_array().expect("a list");
    assert!(payees.len() > 1, "{earnings}");
    for one in payees {
        let (payee, earned) = (text(&one["payee"]), text(&one["earned"]));
        let (status, table) = house.page(&format!("/v1/earnings/{payee}/statement.csv"));
        assert_eq!(status, 200);
        let rows: Vec<&str> = table.lines().collect();
        assert!(rows[0].ends_with("amount_nano,amount_tokens"), "{}", rows[0]);
        let amount = |row: &&str| -> i128 {
            let mut cells = row.rsplit(',');
            let tokens = cells.next().expect("tokens").replace('.', "");
            let nano: i128 = cells.next().expect("nano-credits").parse().expect("a number");
            assert_eq!(tokens.parse::<i128>().expect("a number"), nano, "{row}");
            nano
        };
        assert_eq!(rows[1..].iter().map(amount).sum::<i128>().to_string(), earned);
        let (status, statement) = house.get(&format!("/v1/earnings/{payee}/statement.json"));
        assert_eq!((status, text(&statement["total"])), (200, earned), "{statement}");
        assert_eq!(statement["lines"].as_array().map(Vec::len), Some(rows.len() - 1));
        let (status, page) = house.page(&format!("/earnings/{payee}"));
        assert_eq!(status, 200);
        assert!(page.contains("statement.csv") && page.contains("As a table"), "{payee}");
    }
    assert_eq!(house.get("/v1/earnings/0x12/statement.csv").0, 404);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
