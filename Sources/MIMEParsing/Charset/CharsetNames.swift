/// The names of charsets in mail, and who decodes them. Only these names reach iconv, each with its fixed spelling:
/// no suffix (`//TRANSLIT`) and no ISO-2022-CN-EXT (CVE-2024-2961) can come from a message.
enum CharsetNames {
    /// By letters and digits of the name, lower case.
    static let table: [String: Charset.Decoder] = {
        var table: [String: Charset.Decoder] = [:]
        func add(_ decoder: Charset.Decoder, _ names: some StringProtocol) {
            for name in names.split(separator: " ") {
                assert(table[String(name)] == nil, "\(name) stands twice")
                table[String(name)] = decoder
            }
        }
        add(
            .utf8,
            """
            utf8 unicode11utf8 unicode20utf8 utf8mb4 cp65001 65001 iso10646utf8 utf8bom utf8n utf cesu8
            """)
        add(
            .guess,
            """
            usascii ascii usascii7bit ansix34 ansix341968 ansix341986 iso646us iso646irv1991 isoir6 cp367 \
            ibm367 us csascii 646 cp20127 ia5 7bit 8bit unknown unknown8bit unknown8 binary default none null \
            nil userdefined
            """)
        add(
            .windows1252,
            """
            iso88591 latin1 l1 isoir100 iso885911987 cp819 ibm819 csisolatin1 windows1252 cp1252 1252 ansi \
            88591 iso8859 westerneuropean cp28591 win1252 msansi latin isolatin1 iso88591windows31latin1 \
            iso88591windows30latin1 cswindows31latin1 cswindows30latin1 iso88591unix 8859 ibm1252
            """)
        add(
            .utf16(bigEndian: nil),
            """
            utf16 unicode csunicode ucs2 iso10646ucs2 csucs2 iso10646 unicode11 unicode20
            """)
        add(.utf16(bigEndian: false), "utf16le ucs2le unicodelittle cp1200")
        add(.utf16(bigEndian: true), "utf16be ucs2be unicodebig unicodefffe cp1201")
        add(.utf32(bigEndian: nil), "utf32 ucs4 iso10646ucs4 csucs4")
        add(.utf32(bigEndian: false), "utf32le ucs4le cp12000")
        add(.utf32(bigEndian: true), "utf32be ucs4be cp12001")
        add(
            .iso2022JP,
            """
            iso2022jp csiso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jp2004 iso2022jpms iso2022jpesc \
            iso2022jpsio cp50220 cp50221 cp50222 jis jis7 junet csiso2022jp2
            """)
        add(.hz, "hzgb2312 hz hzgb cp52936 hzgb23121980")
        for (spelling, names) in lines(singleByte) { add(.table(spelling), names) }
        for (spelling, names) in lines(multibyte) { add(.iconv(spelling), names) }
        return table
    }()

    /// Every name that may be asked of the C library.
    static var iconvSpellings: [String] { (lines(singleByte) + lines(multibyte)).map(\.spelling) }

    private static func lines(_ text: String) -> [(spelling: String, names: Substring)] {
        text.split(separator: "\n").compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), line[line.index(after: colon)...])
        }
    }

    // The C library's spelling, then mail's. A name stands for the superset that senders mean by it: GB18030 for
    // GB 2312, CP932 for Shift JIS, UHC for EUC-KR, CP1254 for ISO 8859-9, CP874 for TIS-620.

    private static let singleByte = """
        ISO-8859-2: iso88592 latin2 l2 isoir101 iso885921987 csisolatin2 88592 cp912 ibm912 cp28592 isolatin2 \
            iso88592windowslatin2 cswindows31latin2
        ISO-8859-3: iso88593 latin3 l3 isoir109 iso885931988 csisolatin3 cp28593
        ISO-8859-4: iso88594 latin4 l4 isoir110 iso885941988 csisolatin4 cp28594 cp914 ibm914
        ISO-8859-5: iso88595 cyrillic isoir144 iso885951988 csisolatincyrillic cp28595 cp915 ibm915
        ISO-8859-6: iso88596 iso88596e iso88596i arabic asmo708 ecma114 isoir127 iso885961987 csisolatinarabic cp28596 \
            cp1089 ibm1089
        ISO-8859-7: iso88597 greek greek8 ecma118 elot928 isoir126 iso885971987 csisolatingreek suneugreek cp28597 cp813 \
            ibm813 iso885972003
        ISO-8859-8: iso88598 iso88598e iso88598i hebrew logical visual isoir138 iso885981988 csisolatinhebrew cp28598 \
            cp38598 cp916 ibm916
        CP1254: iso88599 latin5 l5 isoir148 iso885991989 csisolatin5 windows1254 cp1254 1254 cp28599 win1254 msturk \
            iso88599windowslatin5 cswindows31latin5 isolatin5 cp920 ibm920
        ISO-8859-10: iso885910 latin6 l6 isoir157 iso8859101992 csisolatin6 cp919
        CP874: iso885911 tis620 tis6202533 windows874 cp874 thai dos874 tis62025330 tis6202529 tis62025291 cp28601 \
            isoir166 ibm874 cstis620
        ISO-8859-13: iso885913 latin7 l7 isoir179 cp28603 cp921 ibm921
        ISO-8859-14: iso885914 latin8 l8 isoceltic cp28604
        ISO-8859-15: iso885915 latin9 l9 csisolatin9 latin0 885915 cp28605 cp923 ibm923 iso885915fdis
        ISO-8859-16: iso885916 latin10 l10 isoir226 cp28606
        CP1250: windows1250 cp1250 1250 win1250 msee ibm1250
        CP1251: windows1251 cp1251 1251 winkoi cpwindows1251 win1251 mscyrl ibm1251
        CP1253: windows1253 cp1253 1253 win1253 msgreek ibm1253
        CP1256: windows1256 cp1256 1256 win1256 msarab ibm1256
        CP1257: windows1257 cp1257 1257 win1257 winbaltrim ibm1257 baltic
        KOI8-R: koi8r koi8 koi cskoi8r cp20866 cp878 ibm878 koirus rfc1489
        KOI8-U: koi8u koi8ru cp21866 cp1168 koi8ukr
        KOI8-T: koi8t
        CP437: cp437 ibm437 437 cspc8codepage437 dos437
        CP737: cp737 ibm737
        CP775: cp775 ibm775
        CP850: cp850 ibm850 850 cspc850multilingual dos850
        CP852: cp852 ibm852 852 cspcp852 dos852 pclatin2
        CP855: cp855 ibm855 855
        CP857: cp857 ibm857 857
        CP858: cp858 ibm858 858 ibm00858
        CP860: cp860 ibm860 860
        CP861: cp861 ibm861 861 cpis
        CP862: cp862 ibm862 862 dos862
        CP863: cp863 ibm863 863
        CP864: cp864 ibm864
        CP865: cp865 ibm865 865
        CP866: cp866 ibm866 866 csibm866 dos866
        CP869: cp869 ibm869 869 cpgr
        CP1125: cp1125 ibm1125 ruscii
        MACINTOSH: macintosh mac macroman csmacintosh cp10000
        MAC-CYRILLIC: maccyrillic macukrainian cp10007 msmaccyrillic cp10017
        MAC-CENTRALEUROPE: macce maccentraleurope maceasteurope cp10029 maclatin2
        VISCII: viscii csviscii viscii111
        ARMSCII-8: armscii8
        GEORGIAN-PS: georgianps
        ISO646-DE: iso646de din66003 isoir21 ia5german cp20106 csiso21german
        ISO646-SE: iso646se sen850200b isoir10 iso646fi ia5swedish cp20107
        ISO646-NO: iso646no ns45511 isoir60 iso646dk ia5norwegian cp20108
        ISO646-FR: iso646fr nfz62010 isoir69
        ISO646-ES: iso646es isoir17
        ISO646-IT: iso646it isoir15
        ISO646-GB: iso646gb bs4730 isoir4
        ECMA-CYRILLIC: ecmacyrillic isoir111 koi8e
        MIK: mik
        CP1133: cp1133 ibm1133 lao
        GEORGIAN-ACADEMY: georgianacademy
        CP1046: cp1046 ibm1046
        CP770: cp770
        CP771: cp771 fbr
        CP772: cp772
        CP774: cp774
        CP856: cp856 ibm856
        CP868: cp868 ibm868 cpar
        PT154: pt154 ptcp154 cp154 cyrillicasian
        RK1048: rk1048 strk10482002 kz1048
        HP-ROMAN8: hproman8 roman8 r8 cshproman8
        DEC-MCS: decmcs dec csdecmcs
        """

    /// Also those where one byte may become two characters or wait for the next.
    private static let multibyte = """
        CP1255: windows1255 cp1255 1255 win1255 mshebr ibm1255
        CP1258: windows1258 cp1258 1258 win1258 ibm1258 vietnamese
        GB18030: gb18030 gb2312 gb231280 csgb2312 gbk cp936 ms936 windows936 euccn cngb chinese isoir58 csiso58gb231280 \
            gb 936 gb23121980 cp54936 gb180302000 gb180302005 cp1386 ibm1386 gb2312charset windows9362000 mscp936
        BIG5-HKSCS: big5 cnbig5 csbig5 big5eten cp950 950 big5hkscs big5hkscs2004 bigfive big5hkscs1999 big5hkscs2001 \
            big5hkscs2008 ms950 windows950 cp951 big5et csbig5hkscs
        EUC-TW: euctw cns11643 cp51950
        CP932: shiftjis sjis mskanji csshiftjis windows31j cp932 ms932 932 cswindows31j shiftjisx0213 shiftjis2004 \
            sjiswin sjisopen ibm943 cp943 ibm932 mscp932 shiftjiswin
        EUC-JP-MS: eucjp ujis cseucpkdfmtjapanese eucjpms extendedunixcodepackedformatforjapanese cp51932 eucjpwin \
            eucjpopen eucjis2004 eucjisx0213 unixjis
        UHC: euckr ksc5601 ksc56011987 ksc56011989 korean csksc56011987 cp949 uhc windows949 isoir149 cseuckr 949 ms949 \
            ksx1001 ksc5601win cp51949 mscp949 kscs56011987 wansung cp1363 ibm1363
        JOHAB: johab cp1361 ms1361 ksc56011992 mscp1361
        ISO-2022-KR: iso2022kr csiso2022kr cp50225
        TCVN5712-1: tcvn tcvn5712 tcvn57121 tcvn571211993 tcvn3 tcvnabc
        UTF-7: utf7 unicode11utf7 csunicode11utf7 unicode20utf7 cp65000 65000
        T.61-8BIT: t61 t618bit isoir103 cp20261
        ISO_6937: iso6937 isoir156 iso69372 cp20269
        TSCII: tscii
        """
}
