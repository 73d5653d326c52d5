import MailModel

extension MailboxRole {
    /// Names by which a folder's role is guessed when neither SPECIAL-USE nor the provider tells it: what programs and
    /// providers call it in the usual languages. Compared without regard to case, with and without `INBOX/` before it.
    public var commonNames: [String] {
        switch self {
        case .inbox: ["INBOX"]
        case .archive:
            ["Archive", "Archives", "Archiv", "Archivio", "Archivo", "Archief", "Arkiv", "Arquivo", "Archiwum"]
        case .trash:
            [
                "Trash", "Deleted Messages", "Deleted Items", "Deleted", "Bin", "Papierkorb", "Gelöscht",
                "Gelöschte Elemente", "Corbeille", "Éléments supprimés", "Papelera", "Elementos eliminados", "Cestino",
                "Posta eliminata", "Prullenbak", "Verwijderde items", "Lixeira", "Lixo", "Itens Excluídos",
                "Papirkurv", "Papperskorgen", "Kosz", "Корзина",
            ]
        case .junk:
            [
                "Junk", "Spam", "Junk Email", "Junk E-mail", "Junk Mail", "Bulk Mail", "Bulk", "Spamverdacht",
                "Werbung",
                "Junk-E-Mail", "Courrier indésirable", "Indésirables", "Pourriel", "Correo no deseado",
                "Posta indesiderata", "Ongewenste e-mail", "Lixo Eletrônico", "Skräppost", "Søppelpost", "Спам",
            ]
        case .sent:
            [
                "Sent", "Sent Messages", "Sent Items", "Sent Mail", "Gesendet", "Gesendete Elemente",
                "Gesendete Objekte", "Envoyés", "Éléments envoyés", "Messages envoyés", "Enviados",
                "Elementos enviados", "Inviata", "Posta inviata", "Verzonden", "Verzonden items", "Itens Enviados",
                "Sendt", "Skickat", "Wysłane", "Отправленные",
            ]
        case .drafts:
            [
                "Drafts", "Draft", "Entwürfe", "Brouillons", "Borradores", "Bozze", "Concepten", "Rascunhos", "Kladder",
                "Utkast", "Szkice", "Черновики",
            ]
        case .flagged: ["Flagged", "Starred", "Markiert"]
        case .snoozed: ["Snoozed"]
        }
    }
}
