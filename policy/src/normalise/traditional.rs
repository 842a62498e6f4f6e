//! Traditional characters of the words that rules look for, and their simplified forms.
//!
//! Not a converter: only one-to-one pairs that matter for moderation. A pack may always list both
//! forms of a term.

use std::sync::LazyLock;

/// Traditional and simplified form, side by side.
const PAIRS: &str = "製制槍枪彈弹殺杀藥药買买賣卖槓杠騙骗親亲視视頻频聲声長长將将選选舉举國国\
領领導导黨党號号碼码證证銀银卡卡帳账戶户電电話话郵邮箱箱址址們们個个來来時时會会說说話话對对\
無无過过還还這这樣样種种麼么為为從从後后發发現现實实開开關关員员問问題题學学習习寫写讀读書书\
標标簽签遺遗囑嘱癱瘫瘋疯體体屍尸頭头顱颅臉脸兒儿歲岁婦妇嬰婴幼幼裸裸淫淫慾欲愛爱戀恋誘诱\
姦奸強强犯犯罪罪審审訊讯獄狱監监禁禁綁绑綑捆縛缚爆爆裝装備备炮炮槽槽導导雷雷煙烟硝硝燒烧\
燃燃氣气體体劑剂毒毒罌罂網网絡络竊窃盜盗賊贼駭骇碼码鑰钥匙匙憑凭據据復复製制導导訓训練练\
議议員员總总統统縣县區区灣湾陸陆臺台聯联門门間间處处務务團团報报導导記记編编輯辑虛虚偽伪\
謊谎誣诬陷陷謗谤譭毁損损傷伤害害貪贪賄贿賂赂髒脏錢钱億亿萬万數数據据圖图畫画儀仪動动靜静";

static SORTED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut letters = PAIRS.chars();
    let mut pairs: Vec<_> = std::iter::from_fn(|| letters.next().zip(letters.next())).collect();
    pairs.sort_unstable();
    pairs
});

/// The simplified form of a character, or the character itself.
pub(super) fn simplified(letter: char) -> char {
    let at = SORTED.binary_search_by_key(&letter, |(traditional, _)| *traditional);
    at.ok().and_then(|at| SORTED.get(at)).map_or(letter, |(_, simplified)| *simplified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_pairs() {
        assert_eq!(PAIRS.chars().count() % 2, 0);
        assert_eq!(simplified('彈'), '弹');
        assert_eq!(simplified('弹'), '弹');
        assert_eq!(simplified('新'), '新');
    }
}
