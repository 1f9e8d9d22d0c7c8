import type { Texts } from "../texts.ts";

export const de: Texts = {
  greeting: "Hallo {full_name},",
  greeting_unnamed: "Hallo,",
  footer: "Diese E-Mail wurde von {app_name} gesendet.",
  button_fallback: "Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:",
  price: {
    day: "{amount} pro Tag",
    week: "{amount} pro Woche",
    month: "{amount} pro Monat",
    year: "{amount} pro Jahr",
    none: "{amount}",
  },
  changes: {
    password_changed: "Das Passwort Ihres Kontos wurde geändert.",
    second_factor_enabled: "Für Ihr Konto wurde eine Authenticator-App eingerichtet.",
    second_factor_removed: "Die Authenticator-App Ihres Kontos wurde entfernt.",
    recovery_codes_renewed: "Die Wiederherstellungscodes Ihres Kontos wurden ersetzt.",
    passkey_added: "Ihrem Konto wurde ein Passkey hinzugefügt.",
    passkey_removed: "Ein Passkey wurde aus Ihrem Konto entfernt.",
    identity_linked: "Ein Konto bei einem anderen Anbieter wurde verknüpft: Damit ist die Anmeldung möglich.",
    identity_unlinked: "Die Verknüpfung mit einem Konto bei einem anderen Anbieter wurde gelöst.",
    refresh_reused:
      "Eine Ihrer Sitzungen wurde beendet, weil jemand ein bereits verbrauchtes Token dieser Sitzung benutzt hat.",
    other: "Ihre Anmeldung wurde geändert.",
  },
  templates: {
    verify_email: {
      subject: "Bestätigen Sie Ihre E-Mail-Adresse",
      blocks: [
        "Bitte bestätigen Sie, dass dies Ihre E-Mail-Adresse ist.",
        { button: "Bestätigen" },
        { code: "Oder geben Sie diesen Code ein:" },
        "Der Link gilt einmal und für {validity}. Falls Sie sich nicht registriert haben, ignorieren Sie diese E-Mail.",
      ],
    },
    change_email: {
      subject: "Bestätigen Sie Ihre neue E-Mail-Adresse",
      blocks: [
        "Bitte bestätigen Sie, dass dies Ihre neue E-Mail-Adresse sein soll.",
        { button: "Bestätigen" },
        { code: "Oder geben Sie diesen Code ein:" },
        "Der Link gilt einmal und für {validity}. Falls Sie das nicht angefordert haben, ignorieren Sie diese E-Mail.",
      ],
    },
    reset_password: {
      subject: "Wählen Sie ein neues Passwort",
      blocks: [
        "Jemand, vermutlich Sie, hat ein neues Passwort angefordert.",
        { button: "Passwort wählen" },
        { code: "Oder geben Sie diesen Code ein:" },
        "Der Link gilt einmal und für {validity}. Falls Sie es nicht waren, ignorieren Sie diese E-Mail: Es ändert sich nichts.",
      ],
    },
    magic_link: {
      subject: "Ihr Link zur Anmeldung",
      blocks: [
        "Hier ist Ihr Link zur Anmeldung.",
        { button: "Anmelden" },
        { code: "Oder geben Sie diesen Code ein:" },
        "Der Link gilt einmal und für {validity}. Falls Sie ihn nicht angefordert haben, ignorieren Sie diese E-Mail und geben Sie den Code niemandem.",
      ],
    },
    restore_account: {
      subject: "Ihr Konto wurde gelöscht",
      blocks: [
        "Ihr Konto wurde gelöscht.",
        { button: "Wiederherstellen" },
        { code: "Oder geben Sie diesen Code ein:" },
        "Der Link gilt einmal und für {validity}. Falls das ein Versehen war, stellen Sie das Konto rechtzeitig wieder her.",
      ],
    },
    account_exists: {
      subject: "Sie haben bereits ein Konto",
      blocks: [
        "Jemand, vermutlich Sie, hat sich mit dieser E-Mail-Adresse registriert. Sie haben bereits ein Konto: Melden Sie sich damit an.",
        { button: "Anmelden" },
        "Falls Sie es nicht waren, ist nichts zu tun; niemand hat erfahren, dass das Konto existiert.",
      ],
    },
    account_closed: {
      subject: "Ihr Konto wurde gelöscht",
      blocks: [
        "Ihr Konto wurde gelöscht, und Sie wurden überall abgemeldet.",
        { button: "Wiederherstellen" },
        "Für {validity} kann es mit diesem Link wiederhergestellt werden; danach werden alle Daten darin gelöscht.",
      ],
    },
    credentials_changed: {
      subject: "Eine Änderung an der Sicherheit Ihres Kontos",
      blocks: ["{change}", "Falls Sie es nicht waren, setzen Sie sofort ein neues Passwort: Das beendet jede Sitzung."],
    },
    email_changed: {
      subject: "Ihre E-Mail-Adresse wurde geändert",
      blocks: [
        "Ihr Konto hat jetzt eine andere E-Mail-Adresse; dies ist die letzte E-Mail an diese.",
        "Falls Sie es nicht waren, schreiben Sie uns sofort.",
      ],
    },
    impersonated: {
      subject: "Unser Support hat in Ihr Konto gesehen",
      blocks: [
        "Eine Administratorin oder ein Administrator handelt für höchstens 30 Minuten in Ihrem Konto. Der angegebene Grund: {reason}",
        "Alles steht in Ihrem Prüfprotokoll; Passwörter und andere Zugangsdaten können so nicht geändert werden.",
      ],
    },
    invitation: {
      subject: "{inviter} lädt Sie zu {workspace} ein",
      blocks: [
        "{inviter} lädt Sie in den Arbeitsbereich {workspace} ein.",
        { button: "Einladung ansehen" },
        "Melden Sie sich mit dieser E-Mail-Adresse an oder registrieren Sie sich; die Einladung gilt für {validity}. Falls Sie nicht wissen, worum es geht, ignorieren Sie sie.",
      ],
    },
    welcome: {
      subject: "Willkommen bei {product}",
      blocks: ["Ihr Konto ist bereit. Schön, dass Sie da sind.", { button: "Loslegen" }],
    },
    subscription_confirmed: {
      subject: "Ihr Abonnement von {product} {plan}",
      blocks: [
        "Vielen Dank. Ihr Abonnement ist aktiv.",
        {
          facts: [
            ["Produkt", "{product}"],
            ["Tarif", "{plan}"],
            ["Arbeitsbereich", "{workspace}"],
            ["Preis", "{price}"],
            ["Läuft bis", "{period_ends_at}"],
          ],
        },
      ],
    },
    subscription_renewed: {
      subject: "Ihr Abonnement von {product} {plan} wurde verlängert",
      blocks: [
        "Ihr Abonnement wurde verlängert.",
        {
          facts: [
            ["Produkt", "{product}"],
            ["Tarif", "{plan}"],
            ["Arbeitsbereich", "{workspace}"],
            ["Preis", "{price}"],
            ["Läuft bis", "{period_ends_at}"],
          ],
        },
      ],
    },
    subscription_canceled: {
      subject: "Ihr Abonnement von {product} {plan} wurde gekündigt",
      blocks: [
        "Ihr Abonnement für den Arbeitsbereich {workspace} wurde gekündigt. Dafür wird nichts mehr abgebucht.",
        "Sie können alles darin nutzen bis {access_ends_at}.",
      ],
    },
    payment_failed_1: {
      subject: "Ihre Zahlung für {product} ist fehlgeschlagen",
      blocks: [
        "Die Zahlung für {product} {plan} im Arbeitsbereich {workspace} ist fehlgeschlagen. Vorerst ändert sich nichts: Sie wird erneut versucht.",
        "Alles funktioniert weiter bis {grace_ends_at}. Bitte sorgen Sie bis dahin für ein gültiges Zahlungsmittel.",
        { button: "Zahlungsmittel aktualisieren" },
      ],
    },
    payment_failed_2: {
      subject: "Bitte handeln: Die zweite Zahlung für {product} ist fehlgeschlagen",
      blocks: [
        "Auch der zweite Versuch, die Zahlung für {product} {plan} im Arbeitsbereich {workspace} einzuziehen, ist fehlgeschlagen.",
        "Ohne Zahlung endet der Zugang am {grace_ends_at}.",
        { button: "Zahlungsmittel aktualisieren" },
      ],
    },
    payment_failed_3: {
      subject: "Ihr Abonnement von {product} ist ausgesetzt",
      blocks: [
        "Der dritte Versuch, die Zahlung für {product} {plan} im Arbeitsbereich {workspace} einzuziehen, ist fehlgeschlagen. Das Abonnement ist ausgesetzt, und Sitzungen auf seinen Plätzen wurden beendet.",
        "Sobald eine Zahlung eingeht, funktioniert alles sofort wieder. Nichts von Ihnen wurde gelöscht.",
        "Die Zahlung ist möglich bis {grace_ends_at}; danach endet das Abonnement.",
        { button: "Zahlungsmittel aktualisieren" },
      ],
    },
    payment_recovered: {
      subject: "Ihre Zahlung für {product} ist eingegangen",
      blocks: [
        "Vielen Dank: Die Zahlung für {product} {plan} im Arbeitsbereich {workspace} ist eingegangen. Alles funktioniert wie zuvor.",
      ],
    },
    trial_ending: {
      subject: "Ihre Testphase von {product} endet bald",
      blocks: [
        "Die Testphase von {product} {plan} im Arbeitsbereich {workspace} endet am {trial_ends_at}.",
        "Wenn Sie weitermachen möchten, sorgen Sie dafür, dass ein Zahlungsmittel hinterlegt ist.",
        { button: "Abonnement verwalten" },
      ],
    },
    license_issued: {
      subject: "Ihre Lizenz für {product} {plan}",
      blocks: [
        "Hier ist Ihre Lizenz. Die signierte Lizenzdatei ist angehängt; bewahren Sie beides sicher auf.",
        { code: "Lizenzschlüssel:" },
        {
          facts: [
            ["Produkt", "{product}"],
            ["Tarif", "{plan}"],
            ["Plätze", "{seats}"],
            ["Gültig bis", "{expires_at}"],
          ],
        },
      ],
    },
    license_renewed: {
      subject: "Ihre Lizenz für {product} {plan} wurde verlängert",
      blocks: [
        "Ihre Lizenz wurde verlängert. Ihr Lizenzschlüssel bleibt derselbe.",
        {
          facts: [
            ["Produkt", "{product}"],
            ["Tarif", "{plan}"],
            ["Plätze", "{seats}"],
            ["Gültig bis", "{expires_at}"],
          ],
        },
      ],
    },
    duplicate_purchase: {
      subject: "Sie zahlen doppelt für {product}",
      blocks: [
        "Der Arbeitsbereich {workspace} hat mehr als ein laufendes Abonnement von {product} {plan}, vielleicht aus verschiedenen Stores. Eines genügt.",
        "Kündigen Sie das nicht benötigte dort, wo Sie es gekauft haben, damit Sie nicht doppelt zahlen.",
      ],
    },
    webhook_gone: {
      subject: "Ein Webhook von {workspace} wurde abgeschaltet",
      blocks: [
        "Der Webhook-Endpunkt bei {endpoint} des Arbeitsbereichs {workspace} hat geantwortet, dass es ihn nicht mehr gibt (410). Es wird nichts mehr an ihn gesendet.",
        "Falls das ein Versehen war, schalten Sie den Endpunkt wieder ein und lassen Sie senden, was ihm fehlt.",
      ],
    },
    webhook_failing: {
      subject: "Ein Webhook von {workspace} wurde abgeschaltet",
      blocks: [
        "Seit Tagen ist am Webhook-Endpunkt bei {endpoint} des Arbeitsbereichs {workspace} nichts angekommen. Es wird nichts mehr an ihn gesendet.",
        "Sobald er wieder antwortet, schalten Sie den Endpunkt ein und lassen Sie senden, was ihm fehlt. Seine Zustellungen zeigen, woran es lag.",
      ],
    },
  },
};
