/// Names of months and zones in dates, lower case.
enum DateNames {
    /// English months in full or cut to three letters or more; those of other languages as their mail programs write
    /// them.
    static func month(_ word: String) -> Int? {
        if let month = months[word] { return month }
        guard word.utf8.count > 3, let month = months[String(word.prefix(3))], month <= english.count else {
            return nil
        }
        return english[month - 1].hasPrefix(word) ? month : nil
    }

    private static let english = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    private static let months: [String: Int] = {
        var months: [String: Int] = [:]
        for (index, names) in names.enumerated() {
            for name in names.split(separator: " ") { months[String(name)] = index + 1 }
        }
        return months
    }()

    /// English, German, French, Spanish, Italian, Portuguese, Dutch, Scandinavian, Polish, Russian.
    private static let names = [
        "jan januar janv janvier ene enero gen gennaio janeiro januari sty янв января",
        "feb februar fév févr fev février fevrier febrero febbraio fevereiro februari lut фев февраля",
        "mar mär märz mars marzo março mrt maart мар марта",
        "apr avr avril abr abril aprile kwi апр апреля",
        "may mai mayo mag maggio maio mei maj май мая",
        "jun juni juin junio giu giugno junho cze июн июня",
        "jul juli juil juillet julio lug luglio julho lip июл июля",
        "aug aoû août aout ago agosto augustus sie авг августа",
        "sep sept septembre septiembre set settembre setembro wrz сен сент сентября",
        "oct okt oktober octobre octubre ott ottobre out outubro paź окт октября",
        "nov novembre noviembre novembro lis ноя нояб ноября",
        "dec dez dezember déc décembre decembre dic diciembre dicembre dezembro des desember gru дек декабря",
    ]

    /// In minutes; what is not here says nothing (RFC 5322 §4.3), as the military letters do.
    static let zones: [String: Int] = [
        "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "met": 60, "mez": 60,
        "cest": 120, "mest": 120, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "ist": 330, "hkt": 480,
        "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "ast": -240, "adt": -180,
        "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
        "akst": -540, "akdt": -480, "hst": -600,
    ]
}
