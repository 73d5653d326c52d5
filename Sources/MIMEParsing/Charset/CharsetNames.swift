/// The names of charsets in mail, and who decodes them. Only these names reach iconv, each with its fixed spelling:
/// no suffix (`//TRANSLIT`) and no ISO-2022-CN-EXT (CVE-2024-2961) can come from a message.
enum CharsetNames {
    /// By letters and digits of the name, lower case.
    static let table: [String: Charset.Decoder] = {
        var table: [String: Charset.Decoder] = [:]
        func add(_ decoder: Charset.Decoder, _ names: String) {
            for name in names.split(separator: " ") { table[String(name)] = decoder }
        }
        add(.utf8, "utf8 unicode11utf8 unicode20utf8 utf8mb4 cp65001 iso10646utf8 utf8bom utf")
        add(
            .guess,
            "usascii ascii ansix341968 ansix341986 iso646us iso646irv1991 isoir6 cp367 ibm367 us csascii 646"
                + " 7bit 8bit unknown unknown8bit binary default none")
        add(
            .windows1252,
            "iso88591 latin1 l1 isoir100 iso885911987 cp819 ibm819 csisolatin1 windows1252 cp1252 1252 ansi 88591"
                + " iso8859 westerneuropean")
        add(.utf16(bigEndian: nil), "utf16 unicode csunicode ucs2 iso10646ucs2 csucs2")
        add(.utf16(bigEndian: false), "utf16le ucs2le unicodelittle")
        add(.utf16(bigEndian: true), "utf16be ucs2be unicodebig unicodefffe")
        add(.utf32(bigEndian: nil), "utf32 ucs4 iso10646ucs4 csucs4")
        add(.utf32(bigEndian: false), "utf32le ucs4le")
        add(.utf32(bigEndian: true), "utf32be ucs4be")
        add(
            .iso2022JP, "iso2022jp csiso2022jp iso2022jp1 iso2022jp2 iso2022jpms cp50220 cp50221 cp50222 jis iso2022jp3"
        )
        add(.hz, "hzgb2312 hz hzgb")
        for (name, names) in iconvNames { add(.iconv(name), names) }
        return table
    }()

    private static let iconvNames: [(String, String)] = [
        ("ISO-8859-2", "iso88592 latin2 l2 isoir101 iso885921987 csisolatin2 88592"),
        ("ISO-8859-3", "iso88593 latin3 l3 isoir109 iso885931988 csisolatin3"),
        ("ISO-8859-4", "iso88594 latin4 l4 isoir110 iso885941988 csisolatin4"),
        ("ISO-8859-5", "iso88595 cyrillic isoir144 iso885951988 csisolatincyrillic"),
        ("ISO-8859-6", "iso88596 iso88596e iso88596i arabic asmo708 ecma114 isoir127 iso885961987 csisolatinarabic"),
        ("ISO-8859-7", "iso88597 greek greek8 ecma118 elot928 isoir126 iso885971987 csisolatingreek suneugreek"),
        ("ISO-8859-8", "iso88598 iso88598e iso88598i hebrew logical visual isoir138 iso885981988 csisolatinhebrew"),
        ("CP1254", "iso88599 latin5 l5 isoir148 iso885991989 csisolatin5 windows1254 cp1254 1254"),
        ("ISO-8859-10", "iso885910 latin6 l6 isoir157 iso8859101992 csisolatin6"),
        ("CP874", "iso885911 tis620 tis6202533 windows874 cp874 thai dos874"),
        ("ISO-8859-13", "iso885913 latin7 l7 isoir179"),
        ("ISO-8859-14", "iso885914 latin8 l8 isoceltic"),
        ("ISO-8859-15", "iso885915 latin9 l9 csisolatin9 latin0 885915"),
        ("ISO-8859-16", "iso885916 latin10 l10 isoir226"),
        ("CP1250", "windows1250 cp1250 1250"),
        ("CP1251", "windows1251 cp1251 1251 winkoi cpwindows1251"),
        ("CP1253", "windows1253 cp1253 1253"),
        ("CP1255", "windows1255 cp1255 1255"),
        ("CP1256", "windows1256 cp1256 1256"),
        ("CP1257", "windows1257 cp1257 1257"),
        ("CP1258", "windows1258 cp1258 1258"),
        ("KOI8-R", "koi8r koi8 koi cskoi8r"),
        ("KOI8-U", "koi8u koi8ru"),
        ("KOI8-T", "koi8t"),
        ("CP437", "cp437 ibm437 437 cspc8codepage437 dos437"),
        ("CP737", "cp737 ibm737"),
        ("CP775", "cp775 ibm775"),
        ("CP850", "cp850 ibm850 850 cspc850multilingual dos850"),
        ("CP852", "cp852 ibm852 852 cspcp852 dos852"),
        ("CP855", "cp855 ibm855 855"),
        ("CP857", "cp857 ibm857 857"),
        ("CP858", "cp858 ibm858 858 ibm00858"),
        ("CP860", "cp860 ibm860 860"),
        ("CP861", "cp861 ibm861 861 cpis"),
        ("CP862", "cp862 ibm862 862 dos862"),
        ("CP863", "cp863 ibm863 863"),
        ("CP864", "cp864 ibm864"),
        ("CP865", "cp865 ibm865 865"),
        ("CP866", "cp866 ibm866 866 csibm866 dos866"),
        ("CP869", "cp869 ibm869 869 cpgr"),
        ("CP1125", "cp1125 ibm1125 ruscii"),
        ("MACINTOSH", "macintosh mac macroman csmacintosh"),
        ("MAC-CYRILLIC", "maccyrillic macukrainian"),
        ("MAC-CENTRALEUROPE", "macce maccentraleurope maceasteurope"),
        (
            "GB18030",
            "gb18030 gb2312 gb231280 csgb2312 gbk cp936 ms936 windows936 euccn cngb chinese isoir58"
                + " csiso58gb231280 gb 936 gb23121980"
        ),
        ("BIG5-HKSCS", "big5 cnbig5 csbig5 big5eten cp950 950 big5hkscs big5hkscs2004"),
        ("EUC-TW", "euctw cns11643"),
        ("CP932", "shiftjis sjis mskanji csshiftjis windows31j cp932 ms932 932 cswindows31j"),
        ("EUC-JP-MS", "eucjp ujis cseucpkdfmtjapanese eucjpms extendedunixcodepackedformatforjapanese"),
        (
            "UHC",
            "euckr ksc5601 ksc56011987 ksc56011989 korean csksc56011987 cp949 uhc windows949 isoir149 cseuckr 949 ms949"
        ),
        ("JOHAB", "johab cp1361 ms1361 ksc56011992"),
        ("ISO-2022-KR", "iso2022kr csiso2022kr"),
        ("VISCII", "viscii csviscii viscii111"),
        ("TCVN5712-1", "tcvn tcvn5712 tcvn57121 tcvn571211993"),
        ("UTF-7", "utf7 unicode11utf7 csunicode11utf7 unicode20utf7"),
        ("ARMSCII-8", "armscii8"),
        ("GEORGIAN-PS", "georgianps"),
        ("PT154", "pt154 ptcp154 cp154 cyrillicasian"),
        ("RK1048", "rk1048 strk10482002 kz1048"),
        ("HP-ROMAN8", "hproman8 roman8 r8 cshproman8"),
        ("DEC-MCS", "decmcs dec csdecmcs"),
    ]

    /// Every name that may be asked of the C library.
    static var iconvSpellings: [String] { iconvNames.map(\.0) }
}
