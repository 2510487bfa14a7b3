//! Images that templates name.

use super::{told, tree};

fn told_of(image: &str) -> Vec<String> {
    told(&tree(
        &format!("[[sandbox.templates]]\nslug = 'a'\nimage = '{image}'\n"),
        &[],
    ))
}

#[test]
fn what_the_verdict_says_of_an_image_is_not_said_twice() {
    assert_eq!(
        told_of("python"),
        ["manifest/image-untagged sandbox.templates[0].image: `python` has neither tag nor digest"]
    );
    assert_eq!(
        told_of("python:latest"),
        [
            "manifest/image-latest sandbox.templates[0].image: `python:latest` is another image tomorrow"
        ]
    );
}

#[test]
fn what_the_verdict_lets_pass_is_said_of_an_image() {
    let codes = |image: &str| -> Vec<String> {
        let told = told_of(image);
        let code = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
        told.iter().map(code).collect()
    };
    assert_eq!(codes("python:3.12-slim"), Vec::<String>::new());
    assert_eq!(
        codes("localhost:5000/python"),
        ["image/untagged", "image/base-unknown"]
    );
    assert_eq!(codes("alpine:3.20"), ["image/not-debian"]);
    assert_eq!(codes("Acme/Base:1"), ["image/invalid"]);
}
