import type { Texts } from "../texts.ts";

export const en: Texts = {
  greeting: "Hello {full_name},",
  greeting_unnamed: "Hello,",
  footer: "This mail was sent by {app_name}.",
  button_fallback: "If the button does not work, open this address:",
  price: {
    day: "{amount} per day",
    week: "{amount} per week",
    month: "{amount} per month",
    year: "{amount} per year",
    none: "{amount}",
  },
  changes: {
    password_changed: "The password of your account was changed.",
    second_factor_enabled: "An authenticator app was set up for your account.",
    second_factor_removed: "The authenticator app of your account was removed.",
    recovery_codes_renewed: "The recovery codes of your account were replaced.",
    passkey_added: "A passkey was added to your account.",
    passkey_removed: "A passkey was removed from your account.",
    identity_linked: "An account at another provider was linked: it can be used to sign in.",
    identity_unlinked: "An account at another provider was unlinked.",
    refresh_reused: "One of your sessions was ended, because somebody used a token of it that had been used before.",
    other: "How you sign in was changed.",
  },
  templates: {
    verify_email: {
      subject: "Confirm your e-mail address",
      blocks: [
        "Please confirm that this is your e-mail address.",
        { button: "Confirm" },
        { code: "Or enter this code:" },
        "The link works once, for {validity}. If you did not sign up, ignore this mail.",
      ],
    },
    change_email: {
      subject: "Confirm your new e-mail address",
      blocks: [
        "Please confirm that this is to be your e-mail address.",
        { button: "Confirm" },
        { code: "Or enter this code:" },
        "The link works once, for {validity}. If you did not ask for it, ignore this mail.",
      ],
    },
    reset_password: {
      subject: "Choose a new password",
      blocks: [
        "Somebody, probably you, asked for a new password.",
        { button: "Choose a password" },
        { code: "Or enter this code:" },
        "The link works once, for {validity}. If it was not you, ignore this mail: nothing changes.",
      ],
    },
    magic_link: {
      subject: "Your link to sign in",
      blocks: [
        "Here is your link to sign in.",
        { button: "Sign in" },
        { code: "Or enter this code:" },
        "The link works once, for {validity}. If you did not ask for it, ignore this mail, and give the code to nobody.",
      ],
    },
    restore_account: {
      subject: "Your account was deleted",
      blocks: [
        "Your account was deleted.",
        { button: "Restore" },
        { code: "Or enter this code:" },
        "The link works once, for {validity}. If that was a mistake, restore it in time.",
      ],
    },
    account_exists: {
      subject: "You already have an account",
      blocks: [
        "Somebody, probably you, signed up with this e-mail address. You already have an account: sign in with it.",
        { button: "Sign in" },
        "If it was not you, there is nothing to do; nobody learned that the account exists.",
      ],
    },
    account_closed: {
      subject: "Your account was deleted",
      blocks: [
        "Your account was deleted, and you were signed out everywhere.",
        { button: "Restore" },
        "For {validity} it can be restored by this link; then everything in it is erased.",
      ],
    },
    credentials_changed: {
      subject: "A change to your account's security",
      blocks: ["{change}", "If it was not you, set a new password at once: that ends every session."],
    },
    email_changed: {
      subject: "Your e-mail address was changed",
      blocks: [
        "Your account has another e-mail address now; this is the last mail to this one.",
        "If it was not you, write to us at once.",
      ],
    },
    impersonated: {
      subject: "Our support looked into your account",
      blocks: [
        "An administrator began to act in your account for at most 30 minutes. The reason given: {reason}",
        "Everything done stands in your audit record; passwords and other credentials cannot be changed in this way.",
      ],
    },
    invitation: {
      subject: "{inviter} invites you to {workspace}",
      blocks: [
        "{inviter} invites you to the workspace {workspace}.",
        { button: "See the invitation" },
        "Sign in or sign up with this e-mail address and accept, within {validity}. If you do not know what this is about, ignore it.",
      ],
    },
    welcome: {
      subject: "Welcome to {product}",
      blocks: ["Your account is ready. It is good to have you here.", { button: "Get started" }],
    },
    subscription_confirmed: {
      subject: "Your subscription to {product} {plan}",
      blocks: [
        "Thank you. Your subscription is active.",
        {
          facts: [
            ["Product", "{product}"],
            ["Plan", "{plan}"],
            ["Workspace", "{workspace}"],
            ["Price", "{price}"],
            ["Runs until", "{period_ends_at}"],
          ],
        },
      ],
    },
    subscription_renewed: {
      subject: "Your subscription to {product} {plan} was renewed",
      blocks: [
        "Your subscription was renewed.",
        {
          facts: [
            ["Product", "{product}"],
            ["Plan", "{plan}"],
            ["Workspace", "{workspace}"],
            ["Price", "{price}"],
            ["Runs until", "{period_ends_at}"],
          ],
        },
      ],
    },
    subscription_canceled: {
      subject: "Your subscription to {product} {plan} was canceled",
      blocks: [
        "Your subscription for the workspace {workspace} was canceled. Nothing more will be charged for it.",
        "You can use everything in it until {access_ends_at}.",
      ],
    },
    payment_failed_1: {
      subject: "Your payment for {product} did not go through",
      blocks: [
        "The payment for {product} {plan} in the workspace {workspace} did not go through. Nothing changes for now: it will be tried again.",
        "Everything keeps working until {grace_ends_at}. Please see to it that your payment method is good by then.",
        { button: "Update the payment method" },
      ],
    },
    payment_failed_2: {
      subject: "Action needed: the second payment for {product} failed",
      blocks: [
        "The second try to collect the payment for {product} {plan} in the workspace {workspace} failed as well.",
        "Without a payment, access ends on {grace_ends_at}.",
        { button: "Update the payment method" },
      ],
    },
    payment_failed_3: {
      subject: "Your subscription to {product} is suspended",
      blocks: [
        "The third try to collect the payment for {product} {plan} in the workspace {workspace} failed. The subscription is suspended, and sessions on its seats have ended.",
        "As soon as a payment comes in, everything works again at once. Nothing of yours was deleted.",
        "The payment can be made until {grace_ends_at}; after that the subscription ends.",
        { button: "Update the payment method" },
      ],
    },
    payment_recovered: {
      subject: "Your payment for {product} arrived",
      blocks: [
        "Thank you: the payment for {product} {plan} in the workspace {workspace} arrived. Everything works as before.",
      ],
    },
    trial_ending: {
      subject: "Your trial of {product} ends soon",
      blocks: [
        "The trial of {product} {plan} in the workspace {workspace} ends on {trial_ends_at}.",
        "If you would like to go on, see to it that a payment method is on file.",
        { button: "Manage the subscription" },
      ],
    },
    license_issued: {
      subject: "Your licence for {product} {plan}",
      blocks: [
        "Here is your licence. The signed licence file is attached; keep both in a safe place.",
        { code: "Licence key:" },
        {
          facts: [
            ["Product", "{product}"],
            ["Plan", "{plan}"],
            ["Seats", "{seats}"],
            ["Valid until", "{expires_at}"],
          ],
        },
      ],
    },
    license_renewed: {
      subject: "Your licence for {product} {plan} was renewed",
      blocks: [
        "Your licence was renewed. Your licence key stays the same.",
        {
          facts: [
            ["Product", "{product}"],
            ["Plan", "{plan}"],
            ["Seats", "{seats}"],
            ["Valid until", "{expires_at}"],
          ],
        },
      ],
    },
    duplicate_purchase: {
      subject: "You pay twice for {product}",
      blocks: [
        "The workspace {workspace} has more than one running subscription to {product} {plan}, perhaps from different stores. One is enough.",
        "Cancel the one that you do not need where you bought it, so that you are not charged twice.",
      ],
    },
    webhook_gone: {
      subject: "A webhook of {workspace} was turned off",
      blocks: [
        "The webhook endpoint at {endpoint} of the workspace {workspace} answered that it is gone (410). Nothing is sent to it any more.",
        "If that was a mistake, turn the endpoint on again and have sent what it missed.",
      ],
    },
    webhook_failing: {
      subject: "A webhook of {workspace} was turned off",
      blocks: [
        "For days nothing has arrived at the webhook endpoint at {endpoint} of the workspace {workspace}. Nothing is sent to it any more.",
        "Once it answers again, turn the endpoint on and have sent what it missed. Its deliveries tell what went wrong.",
      ],
    },
  },
};
