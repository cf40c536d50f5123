/* eslint-disable */
// Generated from openapi.yaml by "yarn generate"; do not edit.

export interface paths {
    "/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenants, also those that could not be started and retired ones */
        get: operations["listTenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One tenant with its counts, as the Overview shows it */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How each tenant is connected, and what its check-up found
         * @description Every tenant: started ones, those refused by their configuration, and retired ones whose history is kept.
         */
        get: operations["listConnections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/connection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a tenant is connected, and what its check-up found */
        get: operations["getConnection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/connection/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check the connection now
         * @description Asks Microsoft at once, also where it refused before. Takes some seconds.
         */
        post: operations["checkConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/connection/authorization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin signing in at Microsoft for a tenant that is connected by a person
         * @description Answers the address at Microsoft to go to. What Microsoft sends back to the redirect URI is for `completeAuthorization`, by the same person and within ten minutes.
         */
        post: operations["startAuthorization"];
        /** Forget the refresh tokens that a person's sign-in gave */
        delete: operations["deleteAuthorization"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/authorization-responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand over what Microsoft sent back after a sign-in */
        post: operations["completeAuthorization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/concealed-activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Activity that was stored under concealed names */
        get: operations["getConcealedActivity"];
        put?: never;
        post?: never;
        /**
         * Remove activity that was stored under concealed names
         * @description Concealed names belong to nobody who can be found; removing them loses nothing.
         */
        delete: operations["purgeConcealedActivity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The integration tasks of a tenant with their state */
        get: operations["listTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/tasks/{task}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run a task now instead of at its next scheduled time */
        post: operations["runTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/task-runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ledger of task runs, newest first */
        get: operations["listTaskRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The application roster */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One account with each license, its path and the seven services */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/departments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The departments of the roster, for filters */
        get: operations["listDepartments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Last activity of licensed accounts in each of the seven services */
        get: operations["listActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/licenses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The SKUs of the tenant with their seats and subscriptions */
        get: operations["listLicenses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/licenses/{skuId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One SKU with its terms, and how what Microsoft says of it fits together */
        get: operations["getLicense"];
        /**
         * Enter name, type and seats of a SKU while License Information is switched off
         * @description A conflict (409) while the task is switched on: then they are what Microsoft says. What was entered stays stored, and counts only while the task is off.
         */
        put: operations["updateLicense"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/licenses/{skuId}/terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a SKU costs, as people entered it */
        get: operations["getTerms"];
        /**
         * Replace the terms of a SKU
         * @description A conflict (409) when somebody else changed them since `revision` was read.
         */
        put: operations["replaceTerms"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The terms of every SKU, for export */
        get: operations["listTerms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/terms/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read terms from CSV, and say what would change or change it
         * @description The file replaces the terms of the SKUs it names, and leaves the others as they are. Nothing is changed while a line has a problem. A conflict (409) when somebody else changed these terms since `revision` was read.
         */
        post: operations["importTerms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/spend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Annual spend per currency, and how it is used */
        get: operations["getSpend"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/renewals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What renews or ends within a year, by date */
        get: operations["listRenewals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/spend/{dimension}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the annual spend goes, by what accounts have in common
         * @description Each account is counted once. By group: with the deepest of the catalog groups that its User entity is a member of, the first by entity ref of equally deep ones; the total of a group holds those below it.
         */
        get: operations["getSpendBy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/exchange-rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The currency to convert to, and the rates that people entered */
        get: operations["getExchangeRates"];
        /**
         * Replace the currency to convert to and the rates
         * @description A conflict (409) when somebody else changed them since `revision` was read.
         */
        put: operations["replaceExchangeRates"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was bought, assigned, used and spent, day by day
         * @description From the daily snapshots, as counted on that day and with the prices of that day. Days without a snapshot are left out.
         */
        get: operations["getHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/back-test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many would have been candidates on a day in the past, and how many of them became active again
         * @description Of licenses that are still held. Says how right a threshold would have been, from the project's own history of activity.
         */
        get: operations["getBackTest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/candidates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Licenses that could be taken back, each with its evidence */
        get: operations["listCandidates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/candidate-summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many candidates there are by reason and by SKU, and what they are worth a year */
        get: operations["getCandidateSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/exemptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is held back from being taken back, newest first */
        get: operations["listExemptions"];
        put?: never;
        /** Hold back an account, the members of a catalog group, a SKU, or a SKU of either */
        post: operations["createExemption"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/exemptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End an exemption */
        delete: operations["deleteExemption"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/assignments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every license that an account holds, one row per path, for asset management systems
         * @description By account, those that changed longest ago first. With `modifiedSince`, all rows of each account that changed since: what is missing among them is no longer assigned. An account without any license has no row; the list of users has it.
         */
        get: operations["listAssignments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/suspicious-activities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Activity that does not add up */
        get: operations["listSuspiciousActivities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/suspicious-activities/{id}/recognition": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Accept a suspicious activity as known
         * @description It is of type recognized until its own type changes or this is taken back.
         */
        put: operations["recognizeSuspiciousActivity"];
        post?: never;
        /** Take the acceptance back */
        delete: operations["unrecognizeSuspiciousActivity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Plans and what became of them, newest first
         * @description What a policy only reported is left out, unless its policy or that status is asked for. Without the permission to read reclamations, those that the caller made.
         */
        get: operations["listReclamations"];
        put?: never;
        /** Plan which licenses would be taken back; changes nothing */
        post: operations["createReclamation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamation-previews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a plan would hold; stores nothing */
        post: operations["previewReclamation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One plan, how far it is, and what the caller may do with it */
        get: operations["getReclamation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approve a plan; with four eyes its creator may not */
        post: operations["approveReclamation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations/{id}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start to carry out a plan, which goes on in the background
         * @description A plan that nobody approved is approved by this where the caller may approve it. With ask first, people are asked now and their licenses taken when they have answered or the time for it has passed. Asked again, nothing is repeated.
         */
        post: operations["executeReclamation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop after what is being removed at this moment */
        post: operations["pauseReclamation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on where it was paused */
        post: operations["resumeReclamation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Do nothing more of a plan; what was done stays done */
        post: operations["cancelReclamation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations/{id}/restore-check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether what was taken back can be put back, by seats and usage location; changes nothing */
        post: operations["checkRestore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put back what was taken, exactly as it was; goes on in the background */
        post: operations["restoreReclamation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to a plan and by whom, newest first; never changed afterwards */
        get: operations["listReclamationEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamation-items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Licenses that were planned, taken or put back, of one plan or of all
         * @description Of one plan in its order, of all the newest first. Without the permission to read reclamations, those of plans that the caller made.
         */
        get: operations["listReclamationItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamation-savings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was saved by taking licenses back, by month, against what could be */
        get: operations["getReclamationSavings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/reclamation-switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether taking licenses back is stopped for the tenant */
        get: operations["getReclamationSwitch"];
        /** Stop everything that takes licenses back, or let it go on */
        put: operations["setReclamationSwitch"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/hand-backs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand back a license of one's own, or of a member of a group that one owns */
        post: operations["handBack"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/questions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Licenses about which the caller may say whether they are still needed, of all tenants
         * @description Those of the caller's own accounts, of people they manage, and of members of groups they own; what must be answered first comes first.
         */
        get: operations["listQuestions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/questions/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keep a license, with a reason, or hand it back */
        post: operations["answerQuestion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Standing rules by which licenses are taken back, by name */
        get: operations["listPolicies"];
        put?: never;
        /** Add a policy, which only reports until a person switches it on */
        post: operations["createPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/policies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a policy, which only reports again until it is switched on */
        put: operations["updatePolicy"];
        post?: never;
        /** End a policy; what it planned stays in the history */
        delete: operations["deletePolicy"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/policies/{id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Switch a policy on, back to reporting only, or off */
        put: operations["setPolicyState"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant}/policies/{id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run a policy now, as its next run would */
        post: operations["runPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account-matches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The accounts that have this user principal name or email */
        get: operations["matchAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/entities/{kind}/{namespace}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the card of a User or Group entity shows */
        get: operations["getEntity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/entities/{kind}/{namespace}/{name}/spend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the licenses of a catalog group and those below it cost, and which are not used
         * @description Accounts are counted as by `getSpendBy` with the dimension group, so that the groups of a company add up to its spend.
         */
        get: operations["getEntitySpend"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's own accounts and licenses */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Error: {
            error: {
                name: string;
                message: string;
            };
        };
        Page: {
            totalItems: number;
            nextCursor?: string;
        };
        /** Format: date */
        NullableDate: string | null;
        /** Format: date-time */
        NullableDateTime: string | null;
        /** @enum {string} */
        Service: "exchange" | "teams" | "oneDrive" | "outlook" | "sharePoint" | "skypeForBusiness" | "yammer";
        /**
         * @description active, inactive: last activity in any service within or before the threshold. neverActive: licensed, no activity known. inGrace: no activity yet, licensed for less than the grace time. unknown: licensed, but no activity report was ever stored. unlicensed: no license and no activity.
         * @enum {string}
         */
        ActivityStatus: "active" | "inactive" | "neverActive" | "inGrace" | "unknown" | "unlicensed";
        /** @enum {string} */
        ServiceActivityStatus: "active" | "inactive" | "neverActive";
        /** @enum {string} */
        UserType: "member" | "guest";
        /** @enum {string} */
        CapabilityStatus: "Enabled" | "Warning" | "Suspended" | "LockedOut" | "Deleted";
        /** @enum {string} */
        SyncTaskName: "application-roster" | "application-access" | "license-information";
        /**
         * @description partial - finished, but something optional was left out
         * @enum {string}
         */
        TaskRunStatus: "running" | "succeeded" | "partial" | "failed" | "aborted";
        Tenant: {
            name: string;
            tenantId: string | null;
            /**
             * @description started; refused because of its configuration, see problem; or retired: no longer configured or switched off, its history is kept and counted nowhere
             * @enum {string}
             */
            status: "started" | "refused" | "retired";
            retiredAt: components["schemas"]["NullableDateTime"];
            /** @description Why this tenant was not started, naming the configuration key; null when it was */
            problem: string | null;
            reclamationEnabled: boolean;
            inactiveAfterDays: number;
            graceDays: number;
        };
        TenantOverview: {
            tenant: components["schemas"]["Tenant"];
            /** @description Licenses that could be taken back; null before the first evaluation */
            candidates: null | {
                opportunities: number;
                heldBack: number;
            };
            /** @description When the licenses' use was counted last */
            evaluatedAt: components["schemas"]["NullableDateTime"];
            /** @description What changed since a day about 30 days ago; null when there is no snapshot of that time */
            changes: null | components["schemas"]["OverviewChanges"];
            accounts: {
                /** @description Accounts present in the tenant */
                total: number;
                enabled: number;
                disabled: number;
                guests: number;
                licensed: number;
                /** @description Accounts seen before and gone since */
                deleted: number;
            };
            /** @description Licensed accounts by activity status */
            statuses: {
                status: components["schemas"]["ActivityStatus"];
                accounts: number;
            }[];
            /** @description Null when the licenses were never read */
            seats: null | components["schemas"]["Seats"];
            reportRefreshDate: components["schemas"]["NullableDate"];
            lastSync: components["schemas"]["NullableDateTime"];
            /** @description What is wrong now, each with what to do */
            problems: components["schemas"]["Problem"][];
        };
        OverviewChanges: {
            /** Format: date */
            since: string;
            bought: number;
            assigned: number;
            candidates: number;
            /** @description Per currency of either day; negative when less is spent */
            annual: components["schemas"]["Money"][];
            savings: components["schemas"]["Money"][];
        };
        Seats: {
            bought: number;
            assigned: number;
            unassigned: number;
        };
        Problem: {
            task?: components["schemas"]["SyncTaskName"];
            finding?: components["schemas"]["FindingId"];
            message: string;
            mend: string | null;
            requestId?: string | null;
        };
        /**
         * @description What the credentials are for; reclamation may have its own
         * @enum {string}
         */
        ConnectionPurpose: "sync" | "reclamation";
        /**
         * @description connected; attention: works, with warnings; failing; notAuthorized: nobody signed in yet; notChecked: no check-up yet; refused: the configuration is wrong; retired
         * @enum {string}
         */
        ConnectionStatus: "connected" | "attention" | "failing" | "notAuthorized" | "notChecked" | "refused" | "retired";
        Connection: {
            tenant: components["schemas"]["Tenant"];
            status: components["schemas"]["ConnectionStatus"];
            /** @description One for the sync; another where reclamation has its own. None for refused and retired tenants */
            credentials: components["schemas"]["ConnectionCredential"][];
            check: null | components["schemas"]["CheckUp"];
        };
        /** @enum {string} */
        CredentialType: "clientSecret" | "clientCertificate" | "authorizationCode" | "managedIdentity";
        ConnectionCredential: {
            purpose: components["schemas"]["ConnectionPurpose"];
            type: components["schemas"]["CredentialType"];
            /** @description The application's id; null for a managed identity that needs none */
            clientId: string | null;
            authority: string;
            target: string;
            /** @description The certificate the application signs with, if it does */
            certificate: null | {
                subject: string;
                /** @description SHA-256 */
                thumbprint: string;
                /** Format: date-time */
                expiresAt: string;
            };
            /** @description Who signed in, where a person must */
            authorization: null | {
                /** @description The account at Microsoft */
                userPrincipalName: string;
                displayName: string | null;
                /** @description Entity ref of the person in this portal */
                authorizedBy: string;
                /** Format: date-time */
                authorizedAt: string;
                scopes: string[];
            };
            /** @description Why Microsoft gives no token, and when it is asked again by itself */
            refusal: null | {
                message: string;
                mend: string | null;
                /** Format: date-time */
                since: string;
                /** Format: date-time */
                retryAt: string;
                requestId: string | null;
            };
        };
        CheckUp: {
            /** Format: date-time */
            checkedAt: string;
            findings: components["schemas"]["Finding"][];
        };
        /** @enum {string} */
        FindingId: "authorization" | "token" | "certificate" | "identity" | "clock" | "directory" | "permissions" | "signInActivity" | "report" | "concealment";
        /** @enum {string} */
        FindingStatus: "ok" | "warning" | "failing";
        Finding: {
            id: components["schemas"]["FindingId"];
            purpose: components["schemas"]["ConnectionPurpose"];
            /** @description The task whose permissions this is about */
            task: null | ("application-roster" | "application-access" | "license-information" | "reclamation");
            status: components["schemas"]["FindingStatus"];
            /** @description What was found, in a few words */
            title: string;
            /** @description What it means */
            detail: string;
            /** @description What mends it, in order; alternatives say so */
            steps: {
                text: string;
                /** @description A line for a shell that does this step */
                command: string | null;
            }[];
            requestId: string | null;
        };
        ConcealedActivity: {
            rows: number;
            firstSeenAt: components["schemas"]["NullableDateTime"];
            lastReportDate: components["schemas"]["NullableDate"];
        };
        Task: {
            task: components["schemas"]["SyncTaskName"];
            enabled: boolean;
            /** @description ISO 8601 duration, or a cron expression, or null when switched off */
            frequency: string | null;
            /** @enum {string} */
            state: "disabled" | "idle" | "running";
            nextRunAt: components["schemas"]["NullableDateTime"];
            currentRun: null | components["schemas"]["TaskRun"];
            /** @description The last run that ended */
            lastRun: null | components["schemas"]["TaskRun"];
            lastSuccessAt: components["schemas"]["NullableDateTime"];
        };
        TaskRun: {
            id: string;
            task: components["schemas"]["SyncTaskName"];
            status: components["schemas"]["TaskRunStatus"];
            /** Format: date-time */
            startedAt: string;
            finishedAt: components["schemas"]["NullableDateTime"];
            durationMs: number | null;
            counts: components["schemas"]["TaskRunCounts"];
            /** @description Optional parts that were left out, why, and what to grant or change */
            leftOut: {
                what: string;
                why: string;
                mend: string;
            }[];
            /** @description A sample of rows that could not be read */
            malformed: {
                place: string;
                problem: string;
            }[];
            error: null | components["schemas"]["Problem"];
        };
        TaskRunCounts: {
            /** @description Rows received */
            read: number;
            added: number;
            changed: number;
            unchanged: number;
            /** @description Marked as deleted */
            gone: number;
            /** @description Could not be read */
            malformed: number;
            /** @description Report rows that match no account */
            unmatched: number;
        };
        Account: {
            /** @description What its licenses cost a year, per currency; of those that are priced. Absent for callers who may not read what licenses cost */
            annual?: components["schemas"]["Money"][];
            /**
             * Format: date-time
             * @description When something that is stored of the account, its assignments or its activity changed last
             */
            modifiedAt: string;
            id: string;
            userPrincipalName: string;
            displayName: string;
            email: string | null;
            givenName: string | null;
            surname: string | null;
            userType: components["schemas"]["UserType"];
            enabled: boolean;
            department: string | null;
            jobTitle: string | null;
            companyName: string | null;
            officeLocation: string | null;
            country: string | null;
            createdAt: components["schemas"]["NullableDateTime"];
            deactivatedAt: components["schemas"]["NullableDateTime"];
            deletedAt: components["schemas"]["NullableDateTime"];
            lastSignInAt: components["schemas"]["NullableDateTime"];
            licenses: components["schemas"]["AssignedLicense"][];
            lastActivityDate: components["schemas"]["NullableDate"];
            status: components["schemas"]["ActivityStatus"];
        };
        AssignedLicense: {
            /** @description What it costs a year, per currency; empty when it is not priced. Absent for callers who may not read what licenses cost */
            annual?: components["schemas"]["Money"][];
            /** Format: uuid */
            skuId: string;
            skuPartNumber: string | null;
            displayName: string;
            /** @description The observed services that its enabled service plans contain, of all paths */
            services: components["schemas"]["Service"][];
            /** @description The last activity in these services */
            lastActivityDate: components["schemas"]["NullableDate"];
            status: components["schemas"]["AssignmentStatus"];
            /** @description How the account holds it; direct and by group at once is possible */
            paths: components["schemas"]["AssignmentPath"][];
        };
        /**
         * @description Whether a license is used, by the services its enabled service plans contain. notMeasurable: none of them is observed; unknown: no report, or one that is stale or conceals the names
         * @enum {string}
         */
        AssignmentStatus: "active" | "inactive" | "neverActive" | "inGrace" | "notMeasurable" | "unknown";
        AssignmentPath: {
            /** @enum {string} */
            type: "direct" | "group";
            groupId: string | null;
            groupName: string | null;
            state: string;
            error: string | null;
            services: components["schemas"]["Service"][];
            lastActivityDate: components["schemas"]["NullableDate"];
            status: components["schemas"]["AssignmentStatus"];
            disabledPlans: string[];
            assignedAt: components["schemas"]["NullableDateTime"];
        };
        ServiceActivity: {
            service: components["schemas"]["Service"];
            lastActivityDate: components["schemas"]["NullableDate"];
            reportRefreshDate: components["schemas"]["NullableDate"];
        };
        AccountDetail: {
            /** @description What is suggested for its licenses, and why */
            candidates: components["schemas"]["Candidate"][];
            /** @description Whether the caller may hand its licenses back: it is their own, or of a member of a group that they own, and taking back is switched on for the tenant */
            mayHandBack: boolean;
            tenant: string;
            account: components["schemas"]["Account"];
            /** @description The seven services, in their usual order */
            services: components["schemas"]["ServiceActivity"][];
            reportRefreshDate: components["schemas"]["NullableDate"];
            syncedAt: components["schemas"]["NullableDateTime"];
        };
        AccountActivity: {
            id: string;
            userPrincipalName: string;
            displayName: string;
            department: string | null;
            enabled: boolean;
            licenses: components["schemas"]["AssignedLicense"][];
            lastActivityDate: components["schemas"]["NullableDate"];
            status: components["schemas"]["ActivityStatus"];
            services: components["schemas"]["ServiceActivity"][];
        };
        ServiceCounts: {
            service: components["schemas"]["Service"];
            active: number;
            inactive: number;
            neverActive: number;
        };
        License: {
            /** @description Name, type and seats that people entered and that count while License Information is switched off; null where nothing was entered or the task is on */
            entered: null | {
                displayName: string | null;
                appliesTo: null | ("User" | "Company");
                bought: number | null;
                /** @description The same as it was captured last */
                captured: {
                    displayName: string;
                    /** @enum {string} */
                    appliesTo: "User" | "Company";
                    bought: number;
                };
                /** @description Entity ref */
                by: string;
                /** Format: date-time */
                at: string;
            };
            /** @description The observed services that its service plans contain */
            services: components["schemas"]["Service"][];
            /** @description Accounts that hold it by status, each counted once; every status is there */
            statuses: {
                status: components["schemas"]["AssignmentStatus"];
                accounts: number;
            }[];
            /** @description Null when no term is active today, which is not the same as 0 */
            spend: null | components["schemas"]["SkuSpend"];
            /** Format: uuid */
            skuId: string;
            skuPartNumber: string;
            displayName: string;
            /** @enum {string} */
            appliesTo: "User" | "Company";
            status: components["schemas"]["CapabilityStatus"];
            /** @description Enabled units */
            bought: number;
            /** @description Consumed units */
            assigned: number;
            /** @description Bought less assigned; negative when more are assigned than bought */
            unassigned: number;
            suspended: number;
            warning: number;
            lockedOut: number;
            /** @description Null when the subscriptions could not be read */
            trial: boolean | null;
            subscriptions: components["schemas"]["Subscription"][];
            /** Format: date-time */
            capturedAt: string;
        };
        Money: {
            /** @description A decimal, exact */
            amount: string;
            /** @description ISO 4217 */
            currency: string;
        };
        /**
         * @description biannually is every two years
         * @enum {string}
         */
        PaymentFrequency: "once" | "monthly" | "quarterly" | "semiannually" | "annually" | "every18Months" | "biannually" | "triennially";
        TermInput: components["schemas"]["TermFields"];
        TermFields: {
            /** @description The subscription it pays for, where it is about one of several */
            subscriptionId: string | null;
            /** @description Per seat and period; a decimal, exact */
            cost: string;
            currency: string;
            frequency: components["schemas"]["PaymentFrequency"];
            quantity: number;
            /** Format: date */
            effectiveDate: string;
            /** @description The first day on which it is no longer in force; null when open */
            expirationDate: components["schemas"]["NullableDate"];
            purchaseIdentifier: string | null;
            notes: string | null;
            /** @description Entity ref of who is told before it renews */
            administrator: string | null;
        };
        Term: components["schemas"]["TermFields"] & {
            id: string;
            /** @description In force today */
            active: boolean;
            /** @description What it costs a year; null for a once-only cost without an expiration date, which is not annualised */
            annual: null | components["schemas"]["Money"];
            /** Format: date-time */
            updatedAt: string;
            updatedBy: string;
        };
        SkuTerm: {
            /** Format: uuid */
            skuId: string;
            skuPartNumber: string | null;
            displayName: string;
            term: components["schemas"]["Term"];
        };
        Terms: {
            items: components["schemas"]["Term"][];
            totalItems: number;
            revision: string;
        };
        TermsImport: {
            applied: boolean;
            /** @description What stands for the terms of the SKUs in the file, as they are compared with it */
            revision: string;
            changes: {
                /** Format: uuid */
                skuId: string;
                displayName: string;
                /** @enum {string} */
                action: "added" | "changed" | "removed" | "unchanged";
                before: null | components["schemas"]["TermInput"];
                after: null | components["schemas"]["TermInput"];
            }[];
            problems: {
                /** @description Counted from 1 for the header */
                line: number;
                column: string | null;
                message: string;
            }[];
        };
        SkuSpend: {
            /** @description Per currency, of terms in force today */
            annual: components["schemas"]["Money"][];
            /** @description Once-only costs by year, per currency, shown apart */
            once: components["schemas"]["Money"][];
            /** @description Of the annual spend, what goes to inactive, never active and unassigned seats */
            savings: components["schemas"]["Money"][];
        };
        /** @enum {string} */
        SpendUse: "active" | "inactive" | "neverActive" | "inGrace" | "notMeasurable" | "unknown" | "unassigned";
        /** @description All currencies in one, by the rates that people entered; not what was paid */
        ConvertedSpend: {
            currency: string;
            annual: string;
            once: string;
            savings: string;
            /** @description The rates that were used */
            rates: components["schemas"]["ExchangeRate"][];
            /** @description Currencies without a rate, which are left out */
            missing: string[];
        };
        Spend: {
            /** @description When the use of the licenses was counted */
            evaluatedAt: components["schemas"]["NullableDateTime"];
            /** @description Null when no currency to convert to was entered, or there is nothing to convert */
            converted: null | components["schemas"]["ConvertedSpend"];
            /** @description Currencies are never added up */
            currencies: {
                currency: string;
                annual: string;
                once: string;
                savings: string;
                uses: {
                    use: components["schemas"]["SpendUse"];
                    amount: string;
                    seats: number;
                }[];
            }[];
            /** @description The SKUs that are priced, the dearest first */
            skus: {
                /** Format: uuid */
                skuId: string;
                displayName: string;
                spend: components["schemas"]["SkuSpend"];
                /** @description When the savings become cash, the end of the first term in force; null when it is open */
                savingsFrom: components["schemas"]["NullableDate"];
            }[];
            /** @description SKUs with seats and without a term in force */
            unpriced: {
                /** Format: uuid */
                skuId: string;
                displayName: string;
                bought: number;
            }[];
        };
        Renewal: {
            /** Format: date */
            date: string;
            /**
             * @description A term that people entered, or a subscription that Microsoft knows
             * @enum {string}
             */
            kind: "term" | "subscription";
            /** Format: uuid */
            skuId: string;
            displayName: string;
            quantity: number;
            annual: null | components["schemas"]["Money"];
            administrator: string | null;
            termId: string | null;
            subscriptionId: string | null;
        };
        LicenseDetail: {
            /** @description Whether name, type and seats can be entered, because License Information is switched off */
            editable: boolean;
            /** @description Null while there are fewer than 14 days of snapshots */
            forecast: null | components["schemas"]["Forecast"];
            /** @description Smaller licenses of the tenant that could serve some of its holders */
            downgrades: components["schemas"]["Downgrade"][];
            /** @description When the savings become cash, the end of the first term in force; null when it is open */
            savingsFrom: components["schemas"]["NullableDate"];
            license: components["schemas"]["License"];
            terms: components["schemas"]["Terms"];
            reconciliation: components["schemas"]["Reconciliation"];
        };
        /** @description Null takes what was captured last */
        LicenseInput: {
            displayName: string | null;
            appliesTo: null | ("User" | "Company");
            bought: number | null;
        };
        Reconciliation: {
            /** @description Seats by Microsoft's list of SKUs */
            skuEnabled: number;
            skuConsumed: number;
            /** @description Seats by the enabled subscriptions; null when they could not be read */
            subscriptions: number | null;
            /** @description Accounts of the roster that hold it */
            accounts: number;
            /** @description Seats by the terms in force; null without any */
            entered: number | null;
            differences: {
                between: ("skuEnabled" | "skuConsumed" | "subscriptions" | "accounts" | "entered")[];
                /** @description What differs, and what it means */
                message: string;
            }[];
        };
        Subscription: {
            id: string;
            status: components["schemas"]["CapabilityStatus"];
            totalLicenses: number;
            trial: boolean;
            startedAt: components["schemas"]["NullableDateTime"];
            nextLifecycleAt: components["schemas"]["NullableDateTime"];
        };
        /**
         * @description unknown: a report row that matches no account. unauthorized: an account that was disabled or deleted, and active after that day. unrecognized: a guest, or an account outside the catalog where that is configured. recognized: one that somebody accepted
         * @enum {string}
         */
        SuspiciousActivityType: "unknown" | "unauthorized" | "unrecognized" | "recognized";
        SuspiciousActivity: {
            id: string;
            /** @description Graph id of the account; null where the row matches none */
            accountId: string | null;
            userPrincipalName: string;
            displayName: string | null;
            type: components["schemas"]["SuspiciousActivityType"];
            /**
             * @description Why it is listed, also while it is recognized
             * @enum {string}
             */
            cause: "noAccount" | "disabled" | "deleted" | "guest" | "outsideCatalog";
            recognition: null | {
                note: string;
                /** @description Entity ref */
                by: string;
                /** Format: date-time */
                at: string;
            };
            deactivatedAt: components["schemas"]["NullableDateTime"];
            lastActivityDate: components["schemas"]["NullableDate"];
            services: components["schemas"]["ServiceActivity"][];
            reportRefreshDate: components["schemas"]["NullableDate"];
            /** Format: date-time */
            firstSeenAt: string;
        };
        /**
         * @description Why a license could be taken back, the strongest first. deleted, disabled: the account is, and licensed. overlap: another license of the account contains all of its service plans, or is a larger edition of the same suite. directAndGroup: held directly and by a group. neverActive: past grace. inactive: past the threshold. downgrade: what it has beyond a smaller license of the tenant is not used
         * @enum {string}
         */
        CandidateReasonType: "deleted" | "disabled" | "overlap" | "directAndGroup" | "neverActive" | "inactive" | "downgrade";
        /** @enum {string} */
        CandidateState: "opportunity" | "heldBack";
        SkuRef: {
            /** Format: uuid */
            skuId: string;
            displayName: string;
        };
        /** @description One reason with its evidence */
        CandidateReason: {
            type: components["schemas"]["CandidateReasonType"];
            /** @description The day from which it holds: deactivated, assigned, or last active; null when that is not known */
            since: components["schemas"]["NullableDate"];
            /** @description The services whose activity was looked at */
            services: components["schemas"]["Service"][];
            lastActivityDate: components["schemas"]["NullableDate"];
            /** @description Of the older of the reports that were looked at */
            reportRefreshDate: components["schemas"]["NullableDate"];
            /** @description Days without activity, or of grace, that were exceeded */
            thresholdDays: number | null;
            /** @description overlap: the license that contains it, or is a larger edition of it; downgrade: the smaller license */
            other: null | components["schemas"]["SkuRef"];
            /** @description Groups that grant it */
            groups: {
                id: string;
                name: string | null;
            }[];
            /** @description Names of service plans that would be lost and whose use no report shows; of an overlap with a larger edition, those it has under another name or not */
            unobservable: string[];
        };
        HeldBack: {
            /**
             * @description exemption; grace: assigned less than the grace time ago; groupOnly: no direct assignment; dataNotGood: no fresh report on what decides; gone: the account is no longer in the directory; share: more than the set share of the product's assignments would go at once
             * @enum {string}
             */
            type: "exemption" | "grace" | "groupOnly" | "dataNotGood" | "gone" | "share";
            /** @description Null when it is open */
            until: components["schemas"]["NullableDate"];
            /** @description In a sentence; of an exemption, what was entered */
            reason: string;
            owner: string | null;
            exemptionId: string | null;
        };
        Candidate: {
            accountId: string;
            userPrincipalName: string;
            accountName: string;
            department: string | null;
            /** Format: uuid */
            skuId: string;
            skuPartNumber: string | null;
            /** @description Of the product */
            displayName: string;
            state: components["schemas"]["CandidateState"];
            /** @description At least one; the first decides */
            reasons: components["schemas"]["CandidateReason"][];
            /** @description Why it is held back; none for an opportunity */
            heldBack: components["schemas"]["HeldBack"][];
            /** @description Of the reason that decides */
            since: components["schemas"]["NullableDate"];
            /** @description Whether the account holds it directly, alone or besides a group */
            direct: boolean;
            /** @description What taking it back saves a year, per currency; nothing where a group still grants it, empty where it is not priced. For a downgrade the difference. Absent for callers who may not read what licenses cost */
            value?: components["schemas"]["Money"][];
        };
        CandidateCounts: {
            opportunities: number;
            heldBack: number;
            /** @description Of the opportunities, a year, per currency */
            value: components["schemas"]["Money"][];
        };
        CandidateSummary: {
            evaluatedAt: components["schemas"]["NullableDateTime"];
            inactiveAfterDays: number;
            graceDays: number;
            total: components["schemas"]["CandidateCounts"];
            /** @description Only reasons with candidates, the strongest first */
            reasons: {
                reason: components["schemas"]["CandidateReasonType"];
                counts: components["schemas"]["CandidateCounts"];
            }[];
            /** @description Only SKUs with candidates, the most valuable first */
            skus: {
                sku: components["schemas"]["SkuRef"];
                counts: components["schemas"]["CandidateCounts"];
            }[];
            /** @description Downgrades of which no report says whether they are possible */
            unobservable: components["schemas"]["Downgrade"][];
        };
        /** @description A smaller license of the tenant, and what would be lost */
        Downgrade: {
            from: components["schemas"]["SkuRef"];
            to: components["schemas"]["SkuRef"];
            /** @description Observed services that would be lost; none means that nothing tells whether it is possible */
            services: components["schemas"]["Service"][];
            /** @description Names of service plans that would be lost and whose use no report shows */
            unobservable: string[];
        };
        ExemptionInput: {
            /** @description Graph id, user principal name, or a User entity ref; not together with group */
            user?: string;
            /** @description Entity ref of a catalog group; those below it are included */
            group?: string;
            /** Format: uuid */
            skuId?: string;
            reason: string;
            /** @description Entity ref of who answers for it; the caller when absent */
            owner?: string;
            /** @description The first day on which it no longer holds; null for an open one */
            expiresOn: components["schemas"]["NullableDate"];
        };
        Exemption: {
            id: string;
            account: null | {
                id: string;
                userPrincipalName: string;
                displayName: string;
            };
            /** @description Entity ref */
            group: string | null;
            sku: null | components["schemas"]["SkuRef"];
            reason: string;
            /** @description Entity ref */
            owner: string;
            expiresOn: components["schemas"]["NullableDate"];
            /** @description Holds today */
            active: boolean;
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
        };
        Assignment: {
            accountId: string;
            userPrincipalName: string;
            accountName: string;
            department: string | null;
            enabled: boolean;
            deleted: boolean;
            /** Format: uuid */
            skuId: string;
            skuPartNumber: string | null;
            /** @description Of the product */
            displayName: string;
            path: components["schemas"]["AssignmentPath"];
            /** Format: date-time */
            modifiedAt: string;
        };
        /** @enum {string} */
        SpendDimension: "department" | "country" | "company" | "group";
        /** @description Seats by use, in the usual order; uses without seats are left out */
        UseSeats: {
            use: components["schemas"]["SpendUse"];
            seats: number;
        }[];
        SpendPart: {
            /** @description Licensed accounts */
            accounts: number;
            seats: components["schemas"]["UseSeats"];
            /** @description Per currency, of the SKUs that are priced */
            annual: components["schemas"]["Money"][];
            /** @description Of inactive, never active and unassigned seats */
            savings: components["schemas"]["Money"][];
        };
        SpendBy: {
            dimension: components["schemas"]["SpendDimension"];
            evaluatedAt: components["schemas"]["NullableDateTime"];
            items: {
                /** @description The department, country, company or entity ref; null for accounts without one */
                value: string | null;
                /** @description As it is shown */
                name: string | null;
                /** @description Entity ref of the group above */
                parent: string | null;
                own: components["schemas"]["SpendPart"];
                /** @description With the groups below it; the same as own for others */
                total: components["schemas"]["SpendPart"];
            }[];
            /** @description Seats that nobody holds, and the seats of SKUs for the whole company */
            unassigned: components["schemas"]["SpendPart"];
        };
        EntitySpend: {
            entityRef: string;
            items: {
                tenant: string;
                evaluatedAt: components["schemas"]["NullableDateTime"];
                own: components["schemas"]["SpendPart"];
                total: components["schemas"]["SpendPart"];
                /** @description The total by SKU, the dearest first */
                skus: {
                    sku: components["schemas"]["SkuRef"];
                    part: components["schemas"]["SpendPart"];
                }[];
            }[];
        };
        ExchangeRate: {
            /** @description ISO 4217 */
            currency: string;
            /** @description What one unit of it is worth in the currency to convert to */
            rate: string;
            /**
             * Format: date
             * @description The day of the rate
             */
            date: string;
        };
        ExchangeRates: {
            currency: string | null;
            rates: components["schemas"]["ExchangeRate"][];
            updatedAt: components["schemas"]["NullableDateTime"];
            updatedBy: string | null;
            revision: string;
        };
        HistoryDay: {
            /** Format: date */
            day: string;
            /** @description Null for a group, which buys nothing */
            bought: number | null;
            assigned: number;
            seats: components["schemas"]["UseSeats"];
            /** @description Opportunities */
            candidates: number;
            annual: components["schemas"]["Money"][];
            savings: components["schemas"]["Money"][];
        };
        History: {
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** @description The day of the first snapshot; null when there is none */
            since: components["schemas"]["NullableDate"];
            /** @description The days with a snapshot, the oldest first */
            items: components["schemas"]["HistoryDay"][];
        };
        /** @description When the seats run out if they go on being assigned as in the time looked at: a straight line through the assigned seats of each day */
        Forecast: {
            /** @description Null when the line does not reach the seats that are bought within two years */
            runsOutOn: components["schemas"]["NullableDate"];
            /** @description Seats more, or less, in 30 days */
            perMonth: number;
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** @description Days with a snapshot */
            days: number;
        };
        BackTest: {
            /** Format: date */
            on: string;
            withinDays: number;
            /** @description How far back the history of activity reaches; null when there is none */
            since: components["schemas"]["NullableDate"];
            /** @description Whether history reaches back to that day, and the days to become active again have passed and are reported */
            complete: boolean;
            /** @description None when history does not reach back to that day */
            items: {
                inactiveAfterDays: number;
                candidates: number;
                /** @description Of these, active again within the days given */
                returned: number;
            }[];
        };
        AccountMatch: {
            tenant: string;
            tenantId: string;
            userId: string;
            userPrincipalName: string;
            email: string | null;
        };
        EntityAccount: {
            /** @description The User entity this account belongs to */
            entityRef: string;
            detail: components["schemas"]["AccountDetail"];
        };
        EntityLicenses: {
            entityRef: string;
            /** @enum {string} */
            kind: "user" | "group";
            accounts: components["schemas"]["EntityAccount"][];
            /** @description Users the entity stands for */
            members: number;
            /** @description Entity refs of users without an account in any tenant */
            unmatchedMembers: string[];
            inactiveAfterDays: number;
        };
        /**
         * @description immediate; askFirst - people are asked whether they still need it
         * @enum {string}
         */
        ReclamationMode: "immediate" | "askFirst";
        /** @description Exactly one of users, candidates and filter says whose licenses */
        ReclamationRequest: {
            /** @description Graph ids or user principal names of accounts, or User entity refs such as user:default/maya */
            users?: string[];
            /** @description With users - only these SKUs; all licenses of the accounts when absent */
            skuIds?: string[];
            /** @description Candidates that were selected */
            candidates?: {
                accountId: string;
                /** Format: uuid */
                skuId: string;
            }[];
            filter?: components["schemas"]["CandidateFilter"];
            reason: string;
            mode?: components["schemas"]["ReclamationMode"];
            /** @description Take people out of groups that grant only what is to go. Needs the permission for it, and to be switched on in the configuration */
            leaveGroups?: boolean;
            /** @description The same key with the same request gives the plan made before instead of a second one */
            idempotencyKey?: string;
        };
        /** @description Every candidate that fits all that is given */
        CandidateFilter: {
            text?: string;
            /** Format: uuid */
            skuId?: string;
            department?: string;
            group?: string;
            reason?: components["schemas"]["CandidateReasonType"];
        };
        /**
         * @description planned: waits for approval. approved: waits to be carried out. asking: people were asked. scheduled, running: is carried out in the background. paused. finished: every license has an outcome. canceled. expired: was not carried out in time. dryRun: what a policy would have done.
         * @enum {string}
         */
        ReclamationStatus: "planned" | "approved" | "asking" | "scheduled" | "running" | "paused" | "finished" | "canceled" | "expired" | "dryRun";
        /**
         * @description Not yet: planned, awaitingUser, scheduled, running. Done: reclaimed; restored; alreadyGone and alreadyThere, nothing was to do. Left alone: inheritedFromGroup, a group grants it; heldBack, by a rule when it was planned; exempted since; activeSince; changed, no rule names it any more; kept by the person; notAsked, nobody could be asked; canceled. Not done: conflict, another license depends on it or Microsoft was changing the account at the same time; notPermitted; notFound; throttled; noSeat; noUsageLocation; failed.
         * @enum {string}
         */
        ReclamationOutcome: "planned" | "awaitingUser" | "scheduled" | "running" | "reclaimed" | "restored" | "alreadyGone" | "alreadyThere" | "inheritedFromGroup" | "heldBack" | "exempted" | "activeSince" | "changed" | "kept" | "notAsked" | "canceled" | "conflict" | "notPermitted" | "notFound" | "throttled" | "noSeat" | "noUsageLocation" | "failed";
        AccountRef: {
            id: string;
            userPrincipalName: string;
            displayName: string;
        };
        /**
         * @description Whether a person could be taken out of a group for a license. possible; grantsMore: the group grants other licenses as well; dynamic: its rule decides who is a member; onPremises: it is synced from on premises; unknown: the group could not be read.
         * @enum {string}
         */
        GroupLeaving: "possible" | "grantsMore" | "dynamic" | "onPremises" | "unknown";
        /** @description How the account held the license when its removal was planned */
        PlannedPath: {
            /** @enum {string} */
            type: "direct" | "group";
            group: null | {
                id: string;
                name: string | null;
                leaving: components["schemas"]["GroupLeaving"];
                /** @description People who own the group */
                owners: components["schemas"]["AccountRef"][];
                /** @description What leaving the group would take besides */
                otherLicenses: components["schemas"]["SkuRef"][];
            };
            state: string;
            error: string | null;
            disabledPlans: string[];
            assignedAt: components["schemas"]["NullableDateTime"];
        };
        /** @description What was known when it was planned */
        ReclamationEvidence: {
            /** @description None where somebody asked without a rule */
            reasons: components["schemas"]["CandidateReason"][];
            heldBack: components["schemas"]["HeldBack"][];
            /** @description With this license */
            lastActivityDate: components["schemas"]["NullableDate"];
            evaluatedAt: components["schemas"]["NullableDateTime"];
        };
        ReclamationItem: {
            id: string;
            reclamation: {
                id: string;
                kind: components["schemas"]["ReclamationKind"];
                reason: string;
                createdBy: string;
                approvedBy: string | null;
                startedBy: string | null;
            };
            account: components["schemas"]["AccountRef"];
            /** Format: uuid */
            skuId: string;
            skuPartNumber: string | null;
            /** @description Of the product */
            displayName: string;
            path: components["schemas"]["PlannedPath"];
            evidence: components["schemas"]["ReclamationEvidence"];
            /** @description What it saves a year, per currency; empty where it is not priced. Absent for callers who may not read what licenses cost */
            value?: components["schemas"]["Money"][];
            outcome: components["schemas"]["ReclamationOutcome"];
            /** @description The outcome in a sentence */
            message: string;
            /** @description Microsoft's request-id of the call */
            requestId: string | null;
            startedAt: components["schemas"]["NullableDateTime"];
            finishedAt: components["schemas"]["NullableDateTime"];
            /** @description Who put it back */
            restored: null | {
                /** Format: date-time */
                at: string;
                by: string;
                reclamationId: string;
            };
            /** @description Until when Microsoft keeps the data behind a license that was taken and not put back; null for others */
            restorableUntil: components["schemas"]["NullableDateTime"];
        };
        /** @enum {string} */
        ReclamationKind: "reclaim" | "restore";
        ReclamationCount: {
            outcome: components["schemas"]["ReclamationOutcome"];
            items: number;
            /** @description Yearly; absent for callers who may not read what licenses cost */
            value?: components["schemas"]["Money"][];
        };
        /** @enum {string} */
        ReclamationAction: "approve" | "execute" | "pause" | "resume" | "cancel" | "restore";
        Reclamation: {
            id: string;
            tenant: string;
            kind: components["schemas"]["ReclamationKind"];
            mode: components["schemas"]["ReclamationMode"];
            status: components["schemas"]["ReclamationStatus"];
            /**
             * @description What it was made from
             * @enum {string}
             */
            origin: "users" | "candidates" | "filter" | "handBack" | "policy" | "restore";
            reason: string;
            leaveGroups: boolean;
            /** @description Entity ref of who asked */
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
            /** @description When it can no longer be started */
            expiresAt: components["schemas"]["NullableDateTime"];
            approvedBy: string | null;
            approvedAt: components["schemas"]["NullableDateTime"];
            startedBy: string | null;
            startedAt: components["schemas"]["NullableDateTime"];
            finishedAt: components["schemas"]["NullableDateTime"];
            canceledBy: string | null;
            /** @description With ask first, once people were asked */
            answerUntil: components["schemas"]["NullableDateTime"];
            /** @description Why it waits, and when it goes on */
            problem: null | {
                message: string;
                retryAt: components["schemas"]["NullableDateTime"];
            };
            /** @description The id of the reclamation that this one puts back */
            restoreOf: string | null;
            policyId: string | null;
            /** @description Where there is one only */
            account: null | components["schemas"]["AccountRef"];
            accounts: number;
            /** @description Licenses */
            items: number;
            /** @description In the order of the outcomes; those without items are left out */
            counts: components["schemas"]["ReclamationCount"][];
            restorable: {
                /** @description Taken back and not put back, nor being put back */
                items: number;
                /** @description When Microsoft begins to drop data behind them */
                until: components["schemas"]["NullableDateTime"];
            };
            /** @description What the caller may do with it now */
            allowed: components["schemas"]["ReclamationAction"][];
            /** @description Why the caller may not approve it, where they hold the permission */
            approvalHint?: string;
        };
        ReclamationPreview: {
            accounts: number;
            items: number;
            counts: components["schemas"]["ReclamationCount"][];
            evaluatedAt: components["schemas"]["NullableDateTime"];
            /** @description Where there is one only */
            account: null | components["schemas"]["AccountRef"];
            /** @description The first 200 items */
            first: components["schemas"]["ReclamationItem"][];
        };
        ReclamationEvent: {
            id: string;
            /** Format: date-time */
            at: string;
            type: components["schemas"]["ReclamationEventType"];
            /** @description Entity ref; null for the backend itself */
            by: string | null;
            account: null | components["schemas"]["AccountRef"];
            skuId: string | null;
            /** @description Of the product */
            displayName: string | null;
            message: string;
            requestId: string | null;
        };
        /** @enum {string} */
        ReclamationEventType: "created" | "approved" | "started" | "asked" | "reminded" | "answered" | "sent" | "outcome" | "waiting" | "paused" | "resumed" | "canceled" | "finished" | "restoreStarted";
        RestoreSelection: {
            /** @description Only these items; all that can be put back when absent */
            itemIds?: string[];
        };
        RestoreRequest: {
            /** @description Only these items; all that can be put back when absent */
            itemIds?: string[];
            reason: string;
            idempotencyKey?: string;
        };
        RestoreCheck: {
            /** @description Licenses to put back */
            items: number;
            accounts: number;
            /** @description By SKU */
            seats: {
                sku: components["schemas"]["SkuRef"];
                needed: number;
                free: number;
            }[];
            /** @description The first 100 licenses that could not be put back now */
            problems: {
                itemId: string;
                account: components["schemas"]["AccountRef"];
                sku: components["schemas"]["SkuRef"];
                message: string;
            }[];
            /** @description When Microsoft begins to drop data behind them */
            dataUntil: components["schemas"]["NullableDateTime"];
        };
        ReclamationSavings: {
            /** @description Yearly, of what was taken back and not put back */
            realized: components["schemas"]["Money"][];
            /** @description Yearly, of what could be taken back now */
            potential: components["schemas"]["Money"][];
            /** @description Licenses */
            reclaimed: number;
            restored: number;
            /** @description The months in which something was taken or put back, the oldest first */
            months: {
                month: string;
                reclaimed: number;
                restored: number;
                /** @description Yearly, taken less put back */
                realized: components["schemas"]["Money"][];
            }[];
        };
        ReclamationSwitch: {
            stopped: boolean;
            reason: string | null;
            changedBy: string | null;
            changedAt: components["schemas"]["NullableDateTime"];
        };
        ReclamationSwitchInput: {
            stopped: boolean;
            reason: string;
        };
        HandBackRequest: {
            /** @description A member of a group that the caller owns; the caller when absent */
            user?: string;
            /** Format: uuid */
            skuId: string;
            reason?: string;
            idempotencyKey?: string;
        };
        Question: {
            id: string;
            tenant: string;
            account: components["schemas"]["AccountRef"];
            /** @description Of the caller's own account */
            own: boolean;
            /** Format: uuid */
            skuId: string;
            skuPartNumber: string | null;
            /** @description Of the product */
            displayName: string;
            reasons: components["schemas"]["CandidateReason"][];
            /** @description Why they are asked */
            reason: string;
            askedBy: string;
            /** Format: date-time */
            askedAt: string;
            /** Format: date-time */
            answerUntil: string;
        };
        Answer: {
            /** @enum {string} */
            decision: "keep" | "handBack";
            /** @description Needed to keep */
            reason?: string;
        };
        Answered: {
            id: string;
            outcome: components["schemas"]["ReclamationOutcome"];
            message: string;
            /** @description When the exemption ends */
            keptUntil: components["schemas"]["NullableDate"];
        };
        /**
         * @description dry - only reports what it would do
         * @enum {string}
         */
        PolicyState: "dry" | "on" | "off";
        PolicyInput: {
            name: string;
            /** @description Candidates for one of these reasons */
            reasons: components["schemas"]["CandidateReasonType"][];
            /** @description Of these SKUs; of all when empty */
            skuIds: string[];
            department: string | null;
            /** @description Entity ref of a catalog group */
            group: string | null;
            mode: components["schemas"]["ReclamationMode"];
            everyDays: number;
            /** @description Licenses per run at most */
            maxItems: number;
            /** @description When it takes nothing back and asks nobody */
            quietHours: null | components["schemas"]["QuietHours"];
        };
        QuietHours: {
            from: string;
            /** @description Before or at from, of the next day */
            to: string;
            /** @description IANA name such as Europe/Berlin */
            timeZone: string;
            /** @description Saturdays and Sundays are quiet as well */
            weekends: boolean;
        };
        Policy: {
            id: string;
            tenant: string;
            name: string;
            reasons: components["schemas"]["CandidateReasonType"][];
            skus: components["schemas"]["SkuRef"][];
            department: string | null;
            group: string | null;
            mode: components["schemas"]["ReclamationMode"];
            everyDays: number;
            maxItems: number;
            quietHours: null | components["schemas"]["QuietHours"];
            state: components["schemas"]["PolicyState"];
            /** @description Since it was changed last */
            dryRuns: number;
            /** @description Before it can be switched on */
            dryRunsNeeded: number;
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
            updatedBy: string;
            /** Format: date-time */
            updatedAt: string;
            switchedOnBy: string | null;
            switchedOnAt: components["schemas"]["NullableDateTime"];
            /** @description Null while it is off */
            nextRunAt: components["schemas"]["NullableDateTime"];
            lastRun: null | {
                /** Format: date-time */
                at: string;
                /** @description What came of it */
                message: string;
                /** @description What it planned, or would have */
                reclamationId: string | null;
            };
            /** @description To which states the caller may switch it now */
            allowed: components["schemas"]["PolicyState"][];
        };
    };
    responses: {
        /** @description What happened, to what, and what to do */
        Error: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /** @description The tenant's name in the configuration */
        tenant: string;
        reclamationId: string;
        policyId: string;
        limit: number;
        cursor: string;
        /** @description The beginning of a display name, surname, user principal name or email (licenses: any part of the product name or part number); case does not matter */
        text: string;
        status: components["schemas"]["ActivityStatus"];
        skuIdInPath: string;
        /** @description Only with skuId; the status of that license, by the services it contains */
        licenseStatus: components["schemas"]["AssignmentStatus"];
        skuId: string;
        department: string;
        enabled: boolean;
        userType: components["schemas"]["UserType"];
        /** @description Accounts gone from the tenant are left out unless this is true, which lists only them */
        deleted: boolean;
        /** @description Entity ref of a catalog group: only accounts of its members and of those of the groups below it */
        group: string;
        /** @description Only accounts of which something that is stored changed at or after this time: the account, its assignments or its activity. A status that changes because days pass changes nothing that is stored. */
        modifiedSince: string;
        suspiciousActivityId: string;
        /** @description Threshold in days; the configured one when absent */
        inactiveAfterDays: number;
        order: "asc" | "desc";
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listTenants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All tenants */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Tenant"][];
                        totalItems: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantOverview"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listConnections: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All connections */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Connection"][];
                        totalItems: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    checkConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection with what was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    startAuthorization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    purpose?: components["schemas"]["ConnectionPurpose"];
                    /** @description The Connections tab of this portal, as registered with the application */
                    redirectUri: string;
                };
            };
        };
        responses: {
            /** @description Where to go */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        url: string;
                        /** Format: date-time */
                        expiresAt: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteAuthorization: {
        parameters: {
            query?: {
                purpose?: components["schemas"]["ConnectionPurpose"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection without them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    completeAuthorization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    state: string;
                    code?: string;
                    /** @description OAuth 2.0 error, for example access_denied */
                    error?: string;
                    errorDescription?: string;
                };
            };
        };
        responses: {
            /** @description Signed in; the tasks of the tenant begin */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tenant: string;
                        purpose: components["schemas"]["ConnectionPurpose"];
                        connection: components["schemas"]["Connection"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getConcealedActivity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How much there is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConcealedActivity"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    purgeConcealedActivity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was removed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConcealedActivity"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listTasks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All tasks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Task"][];
                        totalItems: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    runTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                task: components["schemas"]["SyncTaskName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task was triggered; its run appears in the task runs */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        task: components["schemas"]["SyncTaskName"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listTaskRuns: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
                task?: components["schemas"]["SyncTaskName"];
                status?: components["schemas"]["TaskRunStatus"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of task runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["TaskRun"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
                /** @description The beginning of a display name, surname, user principal name or email (licenses: any part of the product name or part number); case does not matter */
                text?: components["parameters"]["text"];
                status?: components["parameters"]["status"];
                skuId?: components["parameters"]["skuId"];
                /** @description Only with skuId; the status of that license, by the services it contains */
                licenseStatus?: components["parameters"]["licenseStatus"];
                department?: components["parameters"]["department"];
                enabled?: components["parameters"]["enabled"];
                userType?: components["parameters"]["userType"];
                /** @description Accounts gone from the tenant are left out unless this is true, which lists only them */
                deleted?: components["parameters"]["deleted"];
                /** @description Threshold in days; the configured one when absent */
                inactiveAfterDays?: components["parameters"]["inactiveAfterDays"];
                /** @description Entity ref of a catalog group: only accounts of its members and of those of the groups below it */
                group?: components["parameters"]["group"];
                /** @description Only accounts of which something that is stored changed at or after this time: the account, its assignments or its activity. A status that changes because days pass changes nothing that is stored. */
                modifiedSince?: components["parameters"]["modifiedSince"];
                sort?: "displayName" | "userPrincipalName" | "department" | "lastActivityDate" | "createdAt" | "modifiedAt";
                order?: components["parameters"]["order"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of accounts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["Account"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                /** @description The account's Graph id or user principal name */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listDepartments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All departments, by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: string[];
                        totalItems: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listActivity: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
                /** @description The beginning of a display name, surname, user principal name or email (licenses: any part of the product name or part number); case does not matter */
                text?: components["parameters"]["text"];
                skuId?: components["parameters"]["skuId"];
                department?: components["parameters"]["department"];
                enabled?: components["parameters"]["enabled"];
                /** @description Threshold in days; the configured one when absent */
                inactiveAfterDays?: components["parameters"]["inactiveAfterDays"];
                /** @description Only this service decides the status, instead of all seven */
                service?: components["schemas"]["Service"];
                status?: components["schemas"]["ServiceActivityStatus"];
                sort?: "displayName" | "lastActivityDate";
                order?: components["parameters"]["order"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of accounts, and the counts per service */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["AccountActivity"][];
                        /** @description Counts over all licensed, not deleted accounts of the tenant */
                        services: components["schemas"]["ServiceCounts"][];
                        reportRefreshDate?: components["schemas"]["NullableDate"];
                        historySince?: components["schemas"]["NullableDate"];
                        inactiveAfterDays: number;
                        /** @description Why these dates are older than they could be, for example because Microsoft conceals the names in reports */
                        problem: null | components["schemas"]["Problem"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listLicenses: {
        parameters: {
            query?: {
                /** @description The beginning of a display name, surname, user principal name or email (licenses: any part of the product name or part number); case does not matter */
                text?: components["parameters"]["text"];
                /** @description Capability status as Microsoft reports it */
                status?: components["schemas"]["CapabilityStatus"];
                sort?: "displayName" | "bought" | "assigned" | "unassigned";
                order?: components["parameters"]["order"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All SKUs that match */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["License"][];
                        totalItems: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getLicense: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                skuId: components["parameters"]["skuIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The SKU */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenseDetail"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    updateLicense: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                skuId: components["parameters"]["skuIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LicenseInput"];
            };
        };
        responses: {
            /** @description The SKU as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenseDetail"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getTerms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                skuId: components["parameters"]["skuIdInPath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its terms, the newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Terms"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    replaceTerms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                skuId: components["parameters"]["skuIdInPath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description From the terms that were read before */
                    revision: string;
                    items: components["schemas"]["TermInput"][];
                };
            };
        };
        responses: {
            /** @description The terms as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Terms"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listTerms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All terms, by product name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["SkuTerm"][];
                        totalItems: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    importTerms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    csv: string;
                    /**
                     * @description False shows what would change
                     * @default false
                     */
                    apply?: boolean;
                    /** @description From the answer that showed what would change; without it, whatever is stored now is replaced */
                    revision?: string;
                };
            };
        };
        responses: {
            /** @description What changes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermsImport"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getSpend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The spend */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Spend"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listRenewals: {
        parameters: {
            query?: {
                days?: number;
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The renewals, the next first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Renewal"][];
                        totalItems: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getSpendBy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                dimension: components["schemas"]["SpendDimension"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One item per value, the dearest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpendBy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getExchangeRates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rates */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExchangeRates"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    replaceExchangeRates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    revision: string;
                    /** @description ISO 4217; null converts nothing */
                    currency: string | null;
                    rates: components["schemas"]["ExchangeRate"][];
                };
            };
        };
        responses: {
            /** @description The rates as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExchangeRates"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getHistory: {
        parameters: {
            query?: {
                days?: number;
                skuId?: components["parameters"]["skuId"];
                /** @description Entity ref of a catalog group: only accounts of its members and of those of the groups below it */
                group?: components["parameters"]["group"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Of the tenant, of one SKU, or of one catalog group with those below it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getBackTest: {
        parameters: {
            query: {
                on: string;
                withinDays?: number;
                /** @description Only this threshold, instead of 15, 30, 60, 90 and 120 days; shorter absences are not recorded */
                inactiveAfterDays?: number;
                skuId?: components["parameters"]["skuId"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One item per threshold */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackTest"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listCandidates: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
                /** @description The beginning of a display name, surname, user principal name or email (licenses: any part of the product name or part number); case does not matter */
                text?: components["parameters"]["text"];
                skuId?: components["parameters"]["skuId"];
                department?: components["parameters"]["department"];
                /** @description Entity ref of a catalog group: only accounts of its members and of those of the groups below it */
                group?: components["parameters"]["group"];
                /** @description The reason that decides, the first of a candidate's reasons */
                reason?: components["schemas"]["CandidateReasonType"];
                state?: components["schemas"]["CandidateState"];
                sort?: "displayName" | "since" | "value";
                order?: components["parameters"]["order"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of candidates */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["Candidate"][];
                        evaluatedAt: components["schemas"]["NullableDateTime"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getCandidateSummary: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts of the last evaluation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CandidateSummary"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listExemptions: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of exemptions, expired ones included */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["Exemption"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createExemption: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExemptionInput"];
            };
        };
        responses: {
            /** @description The exemption */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exemption"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteExemption: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The exemption that was ended */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exemption"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listAssignments: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
                skuId?: components["parameters"]["skuId"];
                /** @description Only accounts of which something that is stored changed at or after this time: the account, its assignments or its activity. A status that changes because days pass changes nothing that is stored. */
                modifiedSince?: components["parameters"]["modifiedSince"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of assignments */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["Assignment"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listSuspiciousActivities: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
                /** @description The beginning of a display name, surname, user principal name or email (licenses: any part of the product name or part number); case does not matter */
                text?: components["parameters"]["text"];
                type?: components["schemas"]["SuspiciousActivityType"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of suspicious activities, newest activity first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["SuspiciousActivity"][];
                        /** @description How many there are of each type, whatever the filters */
                        types: {
                            type: components["schemas"]["SuspiciousActivityType"];
                            rows: number;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    recognizeSuspiciousActivity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["suspiciousActivityId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note: string;
                };
            };
        };
        responses: {
            /** @description The activity as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuspiciousActivity"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    unrecognizeSuspiciousActivity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["suspiciousActivityId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The activity as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuspiciousActivity"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listReclamations: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
                status?: components["schemas"]["ReclamationStatus"];
                policyId?: string;
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of reclamations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["Reclamation"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createReclamation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReclamationRequest"];
            };
        };
        responses: {
            /** @description The plan that this idempotency key made before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            /** @description The plan */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    previewReclamation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReclamationRequest"];
            };
        };
        responses: {
            /** @description Totals, and the first items */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReclamationPreview"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getReclamation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["reclamationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reclamation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    approveReclamation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["reclamationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    executeReclamation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["reclamationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    pauseReclamation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["reclamationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    resumeReclamation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["reclamationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    cancelReclamation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["reclamationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    checkRestore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["reclamationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RestoreSelection"];
            };
        };
        responses: {
            /** @description Seats needed and free, and what stands in the way */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestoreCheck"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    restoreReclamation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["reclamationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RestoreRequest"];
            };
        };
        responses: {
            /** @description The restore that this idempotency key began before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            /** @description The restore, a plan of its own */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listReclamationEvents: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
                /** @description Only what concerns the plan as a whole */
                plan?: boolean;
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["reclamationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["ReclamationEvent"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listReclamationItems: {
        parameters: {
            query?: {
                limit?: components["parameters"]["limit"];
                cursor?: components["parameters"]["cursor"];
                reclamationId?: string;
                /** @description Graph id */
                accountId?: string;
                /** @description The beginning of a display name, surname, user principal name or email (licenses: any part of the product name or part number); case does not matter */
                text?: components["parameters"]["text"];
                skuId?: components["parameters"]["skuId"];
                outcome?: components["schemas"]["ReclamationOutcome"];
            };
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of items */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"] & {
                        items: components["schemas"]["ReclamationItem"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getReclamationSavings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yearly amounts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReclamationSavings"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getReclamationSwitch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The switch */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReclamationSwitch"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    setReclamationSwitch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReclamationSwitchInput"];
            };
        };
        responses: {
            /** @description The switch */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReclamationSwitch"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    handBack: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HandBackRequest"];
            };
        };
        responses: {
            /** @description What this idempotency key handed back before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            /** @description The reclamation, which goes on in the background */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reclamation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listQuestions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All open questions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Question"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    answerQuestion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                /** @description The id of the question */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Answer"];
            };
        };
        responses: {
            /** @description What comes of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answered"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listPolicies: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All policies */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Policy"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyInput"];
            };
        };
        responses: {
            /** @description The policy */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    updatePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["policyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyInput"];
            };
        };
        responses: {
            /** @description The policy */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deletePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["policyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policy that was ended */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    setPolicyState: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["policyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    state: components["schemas"]["PolicyState"];
                };
            };
        };
        responses: {
            /** @description The policy */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    runPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's name in the configuration */
                tenant: components["parameters"]["tenant"];
                id: components["parameters"]["policyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policy after the run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    matchAccounts: {
        parameters: {
            query?: {
                userPrincipalName?: string;
                email?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every match in every tenant, those by user principal name first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AccountMatch"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getEntity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: "user" | "group" | "User" | "Group";
                namespace: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The accounts of the user, or of the members of the group */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntityLicenses"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getEntitySpend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: "group" | "Group";
                namespace: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One item per tenant in which the group has accounts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntitySpend"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As for the caller's User entity */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntityLicenses"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
}

/** The OpenAPI document of the REST API. @public */
export const openApiDocument = {
  "openapi": "3.1.0",
  "info": {
    "title": "m365-licenses",
    "version": "1",
    "summary": "The license manager for Microsoft 365",
    "description": "Accounts, licenses and activity of Microsoft 365 tenants, the integration tasks that keep them, and reclamation of licenses. Lists page by cursor: pass `nextCursor` of one answer as `cursor` of the next request, with the same filters and sort.",
    "license": {
      "name": "Apache-2.0",
      "url": "https://www.apache.org/licenses/LICENSE-2.0.html"
    }
  },
  "servers": [
    {
      "url": "/"
    }
  ],
  "paths": {
    "/tenants": {
      "get": {
        "operationId": "listTenants",
        "summary": "The tenants, also those that could not be started and retired ones",
        "responses": {
          "200": {
            "description": "All tenants",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items",
                    "totalItems"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Tenant"
                      }
                    },
                    "totalItems": {
                      "type": "integer"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}": {
      "get": {
        "operationId": "getTenant",
        "summary": "One tenant with its counts, as the Overview shows it",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "The tenant",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TenantOverview"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/connections": {
      "get": {
        "operationId": "listConnections",
        "summary": "How each tenant is connected, and what its check-up found",
        "description": "Every tenant: started ones, those refused by their configuration, and retired ones whose history is kept.",
        "responses": {
          "200": {
            "description": "All connections",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items",
                    "totalItems"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Connection"
                      }
                    },
                    "totalItems": {
                      "type": "integer"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/connection": {
      "get": {
        "operationId": "getConnection",
        "summary": "How a tenant is connected, and what its check-up found",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "The connection",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Connection"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/connection/check": {
      "post": {
        "operationId": "checkConnection",
        "summary": "Check the connection now",
        "description": "Asks Microsoft at once, also where it refused before. Takes some seconds.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "The connection with what was found",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Connection"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/connection/authorization": {
      "post": {
        "operationId": "startAuthorization",
        "summary": "Begin signing in at Microsoft for a tenant that is connected by a person",
        "description": "Answers the address at Microsoft to go to. What Microsoft sends back to the redirect URI is for `completeAuthorization`, by the same person and within ten minutes.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "redirectUri"
                ],
                "properties": {
                  "purpose": {
                    "$ref": "#/components/schemas/ConnectionPurpose"
                  },
                  "redirectUri": {
                    "type": "string",
                    "minLength": 1,
                    "description": "The Connections tab of this portal, as registered with the application"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Where to go",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "url",
                    "expiresAt"
                  ],
                  "properties": {
                    "url": {
                      "type": "string"
                    },
                    "expiresAt": {
                      "type": "string",
                      "format": "date-time"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "delete": {
        "operationId": "deleteAuthorization",
        "summary": "Forget the refresh tokens that a person's sign-in gave",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "name": "purpose",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/ConnectionPurpose"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The connection without them",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Connection"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/authorization-responses": {
      "post": {
        "operationId": "completeAuthorization",
        "summary": "Hand over what Microsoft sent back after a sign-in",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "state"
                ],
                "properties": {
                  "state": {
                    "type": "string",
                    "minLength": 1
                  },
                  "code": {
                    "type": "string",
                    "minLength": 1
                  },
                  "error": {
                    "type": "string",
                    "description": "OAuth 2.0 error, for example access_denied"
                  },
                  "errorDescription": {
                    "type": "string"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Signed in; the tasks of the tenant begin",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "tenant",
                    "purpose",
                    "connection"
                  ],
                  "properties": {
                    "tenant": {
                      "type": "string"
                    },
                    "purpose": {
                      "$ref": "#/components/schemas/ConnectionPurpose"
                    },
                    "connection": {
                      "$ref": "#/components/schemas/Connection"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/concealed-activity": {
      "get": {
        "operationId": "getConcealedActivity",
        "summary": "Activity that was stored under concealed names",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "How much there is",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ConcealedActivity"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "delete": {
        "operationId": "purgeConcealedActivity",
        "summary": "Remove activity that was stored under concealed names",
        "description": "Concealed names belong to nobody who can be found; removing them loses nothing.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "What was removed",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ConcealedActivity"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/tasks": {
      "get": {
        "operationId": "listTasks",
        "summary": "The integration tasks of a tenant with their state",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "All tasks",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items",
                    "totalItems"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Task"
                      }
                    },
                    "totalItems": {
                      "type": "integer"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/tasks/{task}/run": {
      "post": {
        "operationId": "runTask",
        "summary": "Run a task now instead of at its next scheduled time",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "name": "task",
            "in": "path",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/SyncTaskName"
            }
          }
        ],
        "responses": {
          "202": {
            "description": "The task was triggered; its run appears in the task runs",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "task"
                  ],
                  "properties": {
                    "task": {
                      "$ref": "#/components/schemas/SyncTaskName"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/task-runs": {
      "get": {
        "operationId": "listTaskRuns",
        "summary": "The ledger of task runs, newest first",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "name": "task",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/SyncTaskName"
            }
          },
          {
            "name": "status",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/TaskRunStatus"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "A page of task runs",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/TaskRun"
                          }
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/users": {
      "get": {
        "operationId": "listUsers",
        "summary": "The application roster",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "$ref": "#/components/parameters/text"
          },
          {
            "$ref": "#/components/parameters/status"
          },
          {
            "$ref": "#/components/parameters/skuId"
          },
          {
            "$ref": "#/components/parameters/licenseStatus"
          },
          {
            "$ref": "#/components/parameters/department"
          },
          {
            "$ref": "#/components/parameters/enabled"
          },
          {
            "$ref": "#/components/parameters/userType"
          },
          {
            "$ref": "#/components/parameters/deleted"
          },
          {
            "$ref": "#/components/parameters/inactiveAfterDays"
          },
          {
            "$ref": "#/components/parameters/group"
          },
          {
            "$ref": "#/components/parameters/modifiedSince"
          },
          {
            "name": "sort",
            "in": "query",
            "schema": {
              "type": "string",
              "enum": [
                "displayName",
                "userPrincipalName",
                "department",
                "lastActivityDate",
                "createdAt",
                "modifiedAt"
              ],
              "default": "displayName"
            }
          },
          {
            "$ref": "#/components/parameters/order"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of accounts",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/Account"
                          }
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/users/{userId}": {
      "get": {
        "operationId": "getUser",
        "summary": "One account with each license, its path and the seven services",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "name": "userId",
            "in": "path",
            "required": true,
            "description": "The account's Graph id or user principal name",
            "schema": {
              "type": "string",
              "minLength": 1
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The account",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AccountDetail"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/departments": {
      "get": {
        "operationId": "listDepartments",
        "summary": "The departments of the roster, for filters",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "All departments, by name",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items",
                    "totalItems"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "type": "string"
                      }
                    },
                    "totalItems": {
                      "type": "integer"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/activity": {
      "get": {
        "operationId": "listActivity",
        "summary": "Last activity of licensed accounts in each of the seven services",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "$ref": "#/components/parameters/text"
          },
          {
            "$ref": "#/components/parameters/skuId"
          },
          {
            "$ref": "#/components/parameters/department"
          },
          {
            "$ref": "#/components/parameters/enabled"
          },
          {
            "$ref": "#/components/parameters/inactiveAfterDays"
          },
          {
            "name": "service",
            "in": "query",
            "description": "Only this service decides the status, instead of all seven",
            "schema": {
              "$ref": "#/components/schemas/Service"
            }
          },
          {
            "name": "status",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/ServiceActivityStatus"
            }
          },
          {
            "name": "sort",
            "in": "query",
            "schema": {
              "type": "string",
              "enum": [
                "displayName",
                "lastActivityDate"
              ],
              "default": "displayName"
            }
          },
          {
            "$ref": "#/components/parameters/order"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of accounts, and the counts per service",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items",
                        "services",
                        "inactiveAfterDays",
                        "problem"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/AccountActivity"
                          }
                        },
                        "services": {
                          "type": "array",
                          "description": "Counts over all licensed, not deleted accounts of the tenant",
                          "items": {
                            "$ref": "#/components/schemas/ServiceCounts"
                          }
                        },
                        "reportRefreshDate": {
                          "$ref": "#/components/schemas/NullableDate"
                        },
                        "historySince": {
                          "$ref": "#/components/schemas/NullableDate"
                        },
                        "inactiveAfterDays": {
                          "type": "integer"
                        },
                        "problem": {
                          "description": "Why these dates are older than they could be, for example because Microsoft conceals the names in reports",
                          "oneOf": [
                            {
                              "type": "null"
                            },
                            {
                              "$ref": "#/components/schemas/Problem"
                            }
                          ]
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/licenses": {
      "get": {
        "operationId": "listLicenses",
        "summary": "The SKUs of the tenant with their seats and subscriptions",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/text"
          },
          {
            "name": "status",
            "in": "query",
            "description": "Capability status as Microsoft reports it",
            "schema": {
              "$ref": "#/components/schemas/CapabilityStatus"
            }
          },
          {
            "name": "sort",
            "in": "query",
            "schema": {
              "type": "string",
              "enum": [
                "displayName",
                "bought",
                "assigned",
                "unassigned"
              ],
              "default": "displayName"
            }
          },
          {
            "$ref": "#/components/parameters/order"
          }
        ],
        "responses": {
          "200": {
            "description": "All SKUs that match",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items",
                    "totalItems"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/License"
                      }
                    },
                    "totalItems": {
                      "type": "integer"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/licenses/{skuId}": {
      "get": {
        "operationId": "getLicense",
        "summary": "One SKU with its terms, and how what Microsoft says of it fits together",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/skuIdInPath"
          }
        ],
        "responses": {
          "200": {
            "description": "The SKU",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/LicenseDetail"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "put": {
        "operationId": "updateLicense",
        "summary": "Enter name, type and seats of a SKU while License Information is switched off",
        "description": "A conflict (409) while the task is switched on: then they are what Microsoft says. What was entered stays stored, and counts only while the task is off.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/skuIdInPath"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/LicenseInput"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The SKU as it is now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/LicenseDetail"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/licenses/{skuId}/terms": {
      "get": {
        "operationId": "getTerms",
        "summary": "What a SKU costs, as people entered it",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/skuIdInPath"
          }
        ],
        "responses": {
          "200": {
            "description": "Its terms, the newest first",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Terms"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "put": {
        "operationId": "replaceTerms",
        "summary": "Replace the terms of a SKU",
        "description": "A conflict (409) when somebody else changed them since `revision` was read.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/skuIdInPath"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "revision",
                  "items"
                ],
                "properties": {
                  "revision": {
                    "type": "string",
                    "description": "From the terms that were read before"
                  },
                  "items": {
                    "type": "array",
                    "maxItems": 200,
                    "items": {
                      "$ref": "#/components/schemas/TermInput"
                    }
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The terms as they are now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Terms"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/terms": {
      "get": {
        "operationId": "listTerms",
        "summary": "The terms of every SKU, for export",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "All terms, by product name",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items",
                    "totalItems"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/SkuTerm"
                      }
                    },
                    "totalItems": {
                      "type": "integer"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/terms/import": {
      "post": {
        "operationId": "importTerms",
        "summary": "Read terms from CSV, and say what would change or change it",
        "description": "The file replaces the terms of the SKUs it names, and leaves the others as they are. Nothing is changed while a line has a problem. A conflict (409) when somebody else changed these terms since `revision` was read.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "csv"
                ],
                "properties": {
                  "csv": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 2000000
                  },
                  "apply": {
                    "type": "boolean",
                    "default": false,
                    "description": "False shows what would change"
                  },
                  "revision": {
                    "type": "string",
                    "description": "From the answer that showed what would change; without it, whatever is stored now is replaced"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What changes",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TermsImport"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/spend": {
      "get": {
        "operationId": "getSpend",
        "summary": "Annual spend per currency, and how it is used",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "The spend",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Spend"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/renewals": {
      "get": {
        "operationId": "listRenewals",
        "summary": "What renews or ends within a year, by date",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "name": "days",
            "in": "query",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "maximum": 1095,
              "default": 365
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The renewals, the next first",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items",
                    "totalItems"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Renewal"
                      }
                    },
                    "totalItems": {
                      "type": "integer"
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/spend/{dimension}": {
      "get": {
        "operationId": "getSpendBy",
        "summary": "Where the annual spend goes, by what accounts have in common",
        "description": "Each account is counted once. By group: with the deepest of the catalog groups that its User entity is a member of, the first by entity ref of equally deep ones; the total of a group holds those below it.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "name": "dimension",
            "in": "path",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/SpendDimension"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "One item per value, the dearest first",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/SpendBy"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/exchange-rates": {
      "get": {
        "operationId": "getExchangeRates",
        "summary": "The currency to convert to, and the rates that people entered",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "The rates",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ExchangeRates"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "put": {
        "operationId": "replaceExchangeRates",
        "summary": "Replace the currency to convert to and the rates",
        "description": "A conflict (409) when somebody else changed them since `revision` was read.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "revision",
                  "currency",
                  "rates"
                ],
                "properties": {
                  "revision": {
                    "type": "string"
                  },
                  "currency": {
                    "type": [
                      "string",
                      "null"
                    ],
                    "description": "ISO 4217; null converts nothing"
                  },
                  "rates": {
                    "type": "array",
                    "maxItems": 100,
                    "items": {
                      "$ref": "#/components/schemas/ExchangeRate"
                    }
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The rates as they are now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ExchangeRates"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/history": {
      "get": {
        "operationId": "getHistory",
        "summary": "What was bought, assigned, used and spent, day by day",
        "description": "From the daily snapshots, as counted on that day and with the prices of that day. Days without a snapshot are left out.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "name": "days",
            "in": "query",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "maximum": 731,
              "default": 90
            }
          },
          {
            "$ref": "#/components/parameters/skuId"
          },
          {
            "$ref": "#/components/parameters/group"
          }
        ],
        "responses": {
          "200": {
            "description": "Of the tenant, of one SKU, or of one catalog group with those below it",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/History"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/back-test": {
      "get": {
        "operationId": "getBackTest",
        "summary": "How many would have been candidates on a day in the past, and how many of them became active again",
        "description": "Of licenses that are still held. Says how right a threshold would have been, from the project's own history of activity.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "name": "on",
            "in": "query",
            "required": true,
            "schema": {
              "type": "string",
              "format": "date"
            }
          },
          {
            "name": "withinDays",
            "in": "query",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "maximum": 365,
              "default": 60
            }
          },
          {
            "name": "inactiveAfterDays",
            "in": "query",
            "description": "Only this threshold, instead of 15, 30, 60, 90 and 120 days; shorter absences are not recorded",
            "schema": {
              "type": "integer",
              "minimum": 15,
              "maximum": 3650
            }
          },
          {
            "$ref": "#/components/parameters/skuId"
          }
        ],
        "responses": {
          "200": {
            "description": "One item per threshold",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/BackTest"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/candidates": {
      "get": {
        "operationId": "listCandidates",
        "summary": "Licenses that could be taken back, each with its evidence",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "$ref": "#/components/parameters/text"
          },
          {
            "$ref": "#/components/parameters/skuId"
          },
          {
            "$ref": "#/components/parameters/department"
          },
          {
            "$ref": "#/components/parameters/group"
          },
          {
            "name": "reason",
            "in": "query",
            "description": "The reason that decides, the first of a candidate's reasons",
            "schema": {
              "$ref": "#/components/schemas/CandidateReasonType"
            }
          },
          {
            "name": "state",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/CandidateState"
            }
          },
          {
            "name": "sort",
            "in": "query",
            "schema": {
              "type": "string",
              "enum": [
                "displayName",
                "since",
                "value"
              ],
              "default": "displayName"
            }
          },
          {
            "$ref": "#/components/parameters/order"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of candidates",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items",
                        "evaluatedAt"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/Candidate"
                          }
                        },
                        "evaluatedAt": {
                          "$ref": "#/components/schemas/NullableDateTime"
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/candidate-summary": {
      "get": {
        "operationId": "getCandidateSummary",
        "summary": "How many candidates there are by reason and by SKU, and what they are worth a year",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "The counts of the last evaluation",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CandidateSummary"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/exemptions": {
      "get": {
        "operationId": "listExemptions",
        "summary": "What is held back from being taken back, newest first",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of exemptions, expired ones included",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/Exemption"
                          }
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "post": {
        "operationId": "createExemption",
        "summary": "Hold back an account, the members of a catalog group, a SKU, or a SKU of either",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ExemptionInput"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The exemption",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Exemption"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/exemptions/{id}": {
      "delete": {
        "operationId": "deleteExemption",
        "summary": "End an exemption",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "name": "id",
            "in": "path",
            "required": true,
            "schema": {
              "type": "string",
              "minLength": 1
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The exemption that was ended",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Exemption"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/assignments": {
      "get": {
        "operationId": "listAssignments",
        "summary": "Every license that an account holds, one row per path, for asset management systems",
        "description": "By account, those that changed longest ago first. With `modifiedSince`, all rows of each account that changed since: what is missing among them is no longer assigned. An account without any license has no row; the list of users has it.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "$ref": "#/components/parameters/skuId"
          },
          {
            "$ref": "#/components/parameters/modifiedSince"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of assignments",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/Assignment"
                          }
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/suspicious-activities": {
      "get": {
        "operationId": "listSuspiciousActivities",
        "summary": "Activity that does not add up",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "$ref": "#/components/parameters/text"
          },
          {
            "name": "type",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/SuspiciousActivityType"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "A page of suspicious activities, newest activity first",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items",
                        "types"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/SuspiciousActivity"
                          }
                        },
                        "types": {
                          "type": "array",
                          "description": "How many there are of each type, whatever the filters",
                          "items": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": [
                              "type",
                              "rows"
                            ],
                            "properties": {
                              "type": {
                                "$ref": "#/components/schemas/SuspiciousActivityType"
                              },
                              "rows": {
                                "type": "integer"
                              }
                            }
                          }
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/suspicious-activities/{id}/recognition": {
      "put": {
        "operationId": "recognizeSuspiciousActivity",
        "summary": "Accept a suspicious activity as known",
        "description": "It is of type recognized until its own type changes or this is taken back.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/suspiciousActivityId"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "note"
                ],
                "properties": {
                  "note": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 1000
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The activity as it is now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/SuspiciousActivity"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "delete": {
        "operationId": "unrecognizeSuspiciousActivity",
        "summary": "Take the acceptance back",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/suspiciousActivityId"
          }
        ],
        "responses": {
          "200": {
            "description": "The activity as it is now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/SuspiciousActivity"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations": {
      "get": {
        "operationId": "listReclamations",
        "summary": "Plans and what became of them, newest first",
        "description": "What a policy only reported is left out, unless its policy or that status is asked for. Without the permission to read reclamations, those that the caller made.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "name": "status",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/ReclamationStatus"
            }
          },
          {
            "name": "policyId",
            "in": "query",
            "schema": {
              "type": "string",
              "minLength": 1
            }
          }
        ],
        "responses": {
          "200": {
            "description": "A page of reclamations",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/Reclamation"
                          }
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "post": {
        "operationId": "createReclamation",
        "summary": "Plan which licenses would be taken back; changes nothing",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ReclamationRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The plan that this idempotency key made before",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "201": {
            "description": "The plan",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamation-previews": {
      "post": {
        "operationId": "previewReclamation",
        "summary": "What a plan would hold; stores nothing",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ReclamationRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Totals, and the first items",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ReclamationPreview"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations/{id}": {
      "get": {
        "operationId": "getReclamation",
        "summary": "One plan, how far it is, and what the caller may do with it",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/reclamationId"
          }
        ],
        "responses": {
          "200": {
            "description": "The reclamation",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations/{id}/approve": {
      "post": {
        "operationId": "approveReclamation",
        "summary": "Approve a plan; with four eyes its creator may not",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/reclamationId"
          }
        ],
        "responses": {
          "200": {
            "description": "The plan",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations/{id}/execute": {
      "post": {
        "operationId": "executeReclamation",
        "summary": "Start to carry out a plan, which goes on in the background",
        "description": "A plan that nobody approved is approved by this where the caller may approve it. With ask first, people are asked now and their licenses taken when they have answered or the time for it has passed. Asked again, nothing is repeated.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/reclamationId"
          }
        ],
        "responses": {
          "200": {
            "description": "The plan as it is now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations/{id}/pause": {
      "post": {
        "operationId": "pauseReclamation",
        "summary": "Stop after what is being removed at this moment",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/reclamationId"
          }
        ],
        "responses": {
          "200": {
            "description": "The plan as it is now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations/{id}/resume": {
      "post": {
        "operationId": "resumeReclamation",
        "summary": "Go on where it was paused",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/reclamationId"
          }
        ],
        "responses": {
          "200": {
            "description": "The plan as it is now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations/{id}/cancel": {
      "post": {
        "operationId": "cancelReclamation",
        "summary": "Do nothing more of a plan; what was done stays done",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/reclamationId"
          }
        ],
        "responses": {
          "200": {
            "description": "The plan as it is now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations/{id}/restore-check": {
      "post": {
        "operationId": "checkRestore",
        "summary": "Whether what was taken back can be put back, by seats and usage location; changes nothing",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/reclamationId"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RestoreSelection"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Seats needed and free, and what stands in the way",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RestoreCheck"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations/{id}/restore": {
      "post": {
        "operationId": "restoreReclamation",
        "summary": "Put back what was taken, exactly as it was; goes on in the background",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/reclamationId"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RestoreRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The restore that this idempotency key began before",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "201": {
            "description": "The restore, a plan of its own",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamations/{id}/events": {
      "get": {
        "operationId": "listReclamationEvents",
        "summary": "What happened to a plan and by whom, newest first; never changed afterwards",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/reclamationId"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "name": "plan",
            "in": "query",
            "description": "Only what concerns the plan as a whole",
            "schema": {
              "type": "boolean",
              "default": false
            }
          }
        ],
        "responses": {
          "200": {
            "description": "A page of events",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/ReclamationEvent"
                          }
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamation-items": {
      "get": {
        "operationId": "listReclamationItems",
        "summary": "Licenses that were planned, taken or put back, of one plan or of all",
        "description": "Of one plan in its order, of all the newest first. Without the permission to read reclamations, those of plans that the caller made.",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "name": "reclamationId",
            "in": "query",
            "schema": {
              "type": "string",
              "minLength": 1
            }
          },
          {
            "name": "accountId",
            "in": "query",
            "description": "Graph id",
            "schema": {
              "type": "string",
              "minLength": 1
            }
          },
          {
            "$ref": "#/components/parameters/text"
          },
          {
            "$ref": "#/components/parameters/skuId"
          },
          {
            "name": "outcome",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/ReclamationOutcome"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "A page of items",
            "content": {
              "application/json": {
                "schema": {
                  "allOf": [
                    {
                      "$ref": "#/components/schemas/Page"
                    },
                    {
                      "type": "object",
                      "required": [
                        "items"
                      ],
                      "properties": {
                        "items": {
                          "type": "array",
                          "items": {
                            "$ref": "#/components/schemas/ReclamationItem"
                          }
                        }
                      }
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamation-savings": {
      "get": {
        "operationId": "getReclamationSavings",
        "summary": "What was saved by taking licenses back, by month, against what could be",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "Yearly amounts",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ReclamationSavings"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/reclamation-switch": {
      "get": {
        "operationId": "getReclamationSwitch",
        "summary": "Whether taking licenses back is stopped for the tenant",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "The switch",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ReclamationSwitch"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "put": {
        "operationId": "setReclamationSwitch",
        "summary": "Stop everything that takes licenses back, or let it go on",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ReclamationSwitchInput"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The switch",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ReclamationSwitch"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/hand-backs": {
      "post": {
        "operationId": "handBack",
        "summary": "Hand back a license of one's own, or of a member of a group that one owns",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/HandBackRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What this idempotency key handed back before",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "201": {
            "description": "The reclamation, which goes on in the background",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Reclamation"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/questions": {
      "get": {
        "operationId": "listQuestions",
        "summary": "Licenses about which the caller may say whether they are still needed, of all tenants",
        "description": "Those of the caller's own accounts, of people they manage, and of members of groups they own; what must be answered first comes first.",
        "responses": {
          "200": {
            "description": "All open questions",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Question"
                      }
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/questions/{id}/answer": {
      "post": {
        "operationId": "answerQuestion",
        "summary": "Keep a license, with a reason, or hand it back",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The id of the question",
            "schema": {
              "type": "string",
              "minLength": 1
            }
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/Answer"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What comes of it",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Answered"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/policies": {
      "get": {
        "operationId": "listPolicies",
        "summary": "Standing rules by which licenses are taken back, by name",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "responses": {
          "200": {
            "description": "All policies",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Policy"
                      }
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "post": {
        "operationId": "createPolicy",
        "summary": "Add a policy, which only reports until a person switches it on",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/PolicyInput"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The policy",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Policy"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/policies/{id}": {
      "put": {
        "operationId": "updatePolicy",
        "summary": "Change a policy, which only reports again until it is switched on",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/policyId"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/PolicyInput"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The policy",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Policy"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      },
      "delete": {
        "operationId": "deletePolicy",
        "summary": "End a policy; what it planned stays in the history",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/policyId"
          }
        ],
        "responses": {
          "200": {
            "description": "The policy that was ended",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Policy"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/policies/{id}/state": {
      "put": {
        "operationId": "setPolicyState",
        "summary": "Switch a policy on, back to reporting only, or off",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/policyId"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "state"
                ],
                "properties": {
                  "state": {
                    "$ref": "#/components/schemas/PolicyState"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The policy",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Policy"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/tenants/{tenant}/policies/{id}/run": {
      "post": {
        "operationId": "runPolicy",
        "summary": "Run a policy now, as its next run would",
        "parameters": [
          {
            "$ref": "#/components/parameters/tenant"
          },
          {
            "$ref": "#/components/parameters/policyId"
          }
        ],
        "responses": {
          "200": {
            "description": "The policy after the run",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Policy"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/account-matches": {
      "get": {
        "operationId": "matchAccounts",
        "summary": "The accounts that have this user principal name or email",
        "parameters": [
          {
            "name": "userPrincipalName",
            "in": "query",
            "allowReserved": true,
            "schema": {
              "type": "string",
              "minLength": 1,
              "maxLength": 320
            }
          },
          {
            "name": "email",
            "in": "query",
            "allowReserved": true,
            "schema": {
              "type": "string",
              "minLength": 1,
              "maxLength": 320
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Every match in every tenant, those by user principal name first",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "items"
                  ],
                  "properties": {
                    "items": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/AccountMatch"
                      }
                    }
                  }
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/entities/{kind}/{namespace}/{name}": {
      "get": {
        "operationId": "getEntity",
        "summary": "What the card of a User or Group entity shows",
        "parameters": [
          {
            "name": "kind",
            "in": "path",
            "required": true,
            "schema": {
              "type": "string",
              "enum": [
                "user",
                "group",
                "User",
                "Group"
              ]
            }
          },
          {
            "name": "namespace",
            "in": "path",
            "required": true,
            "schema": {
              "type": "string",
              "minLength": 1
            }
          },
          {
            "name": "name",
            "in": "path",
            "required": true,
            "schema": {
              "type": "string",
              "minLength": 1
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The accounts of the user, or of the members of the group",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/EntityLicenses"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/entities/{kind}/{namespace}/{name}/spend": {
      "get": {
        "operationId": "getEntitySpend",
        "summary": "What the licenses of a catalog group and those below it cost, and which are not used",
        "description": "Accounts are counted as by `getSpendBy` with the dimension group, so that the groups of a company add up to its spend.",
        "parameters": [
          {
            "name": "kind",
            "in": "path",
            "required": true,
            "schema": {
              "type": "string",
              "enum": [
                "group",
                "Group"
              ]
            }
          },
          {
            "name": "namespace",
            "in": "path",
            "required": true,
            "schema": {
              "type": "string",
              "minLength": 1
            }
          },
          {
            "name": "name",
            "in": "path",
            "required": true,
            "schema": {
              "type": "string",
              "minLength": 1
            }
          }
        ],
        "responses": {
          "200": {
            "description": "One item per tenant in which the group has accounts",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/EntitySpend"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/me": {
      "get": {
        "operationId": "getMe",
        "summary": "The caller's own accounts and licenses",
        "responses": {
          "200": {
            "description": "As for the caller's User entity",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/EntityLicenses"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    }
  },
  "components": {
    "parameters": {
      "tenant": {
        "name": "tenant",
        "in": "path",
        "required": true,
        "description": "The tenant's name in the configuration",
        "schema": {
          "type": "string",
          "minLength": 1
        }
      },
      "reclamationId": {
        "name": "id",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "minLength": 1
        }
      },
      "policyId": {
        "name": "id",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "minLength": 1
        }
      },
      "limit": {
        "name": "limit",
        "in": "query",
        "schema": {
          "type": "integer",
          "minimum": 1,
          "maximum": 500,
          "default": 50
        }
      },
      "cursor": {
        "name": "cursor",
        "in": "query",
        "schema": {
          "type": "string",
          "minLength": 1
        }
      },
      "text": {
        "name": "text",
        "in": "query",
        "allowReserved": true,
        "description": "The beginning of a display name, surname, user principal name or email (licenses: any part of the product name or part number); case does not matter",
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 200
        }
      },
      "status": {
        "name": "status",
        "in": "query",
        "schema": {
          "$ref": "#/components/schemas/ActivityStatus"
        }
      },
      "skuIdInPath": {
        "name": "skuId",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "format": "uuid"
        }
      },
      "licenseStatus": {
        "name": "licenseStatus",
        "in": "query",
        "description": "Only with skuId; the status of that license, by the services it contains",
        "schema": {
          "$ref": "#/components/schemas/AssignmentStatus"
        }
      },
      "skuId": {
        "name": "skuId",
        "in": "query",
        "schema": {
          "type": "string",
          "format": "uuid"
        }
      },
      "department": {
        "name": "department",
        "in": "query",
        "allowReserved": true,
        "schema": {
          "type": "string",
          "minLength": 1
        }
      },
      "enabled": {
        "name": "enabled",
        "in": "query",
        "schema": {
          "type": "boolean"
        }
      },
      "userType": {
        "name": "userType",
        "in": "query",
        "schema": {
          "$ref": "#/components/schemas/UserType"
        }
      },
      "deleted": {
        "name": "deleted",
        "in": "query",
        "description": "Accounts gone from the tenant are left out unless this is true, which lists only them",
        "schema": {
          "type": "boolean",
          "default": false
        }
      },
      "group": {
        "name": "group",
        "in": "query",
        "allowReserved": true,
        "description": "Entity ref of a catalog group: only accounts of its members and of those of the groups below it",
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 500
        }
      },
      "modifiedSince": {
        "name": "modifiedSince",
        "in": "query",
        "allowReserved": true,
        "description": "Only accounts of which something that is stored changed at or after this time: the account, its assignments or its activity. A status that changes because days pass changes nothing that is stored.",
        "schema": {
          "type": "string",
          "format": "date-time"
        }
      },
      "suspiciousActivityId": {
        "name": "id",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "minLength": 1
        }
      },
      "inactiveAfterDays": {
        "name": "inactiveAfterDays",
        "in": "query",
        "description": "Threshold in days; the configured one when absent",
        "schema": {
          "type": "integer",
          "minimum": 1,
          "maximum": 3650
        }
      },
      "order": {
        "name": "order",
        "in": "query",
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        }
      }
    },
    "responses": {
      "Error": {
        "description": "What happened, to what, and what to do",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      }
    },
    "schemas": {
      "Error": {
        "type": "object",
        "required": [
          "error"
        ],
        "properties": {
          "error": {
            "type": "object",
            "required": [
              "name",
              "message"
            ],
            "properties": {
              "name": {
                "type": "string"
              },
              "message": {
                "type": "string"
              }
            }
          }
        }
      },
      "Page": {
        "type": "object",
        "required": [
          "totalItems"
        ],
        "properties": {
          "totalItems": {
            "type": "integer"
          },
          "nextCursor": {
            "type": "string"
          }
        }
      },
      "NullableDate": {
        "type": [
          "string",
          "null"
        ],
        "format": "date"
      },
      "NullableDateTime": {
        "type": [
          "string",
          "null"
        ],
        "format": "date-time"
      },
      "Service": {
        "type": "string",
        "enum": [
          "exchange",
          "teams",
          "oneDrive",
          "outlook",
          "sharePoint",
          "skypeForBusiness",
          "yammer"
        ]
      },
      "ActivityStatus": {
        "type": "string",
        "description": "active, inactive: last activity in any service within or before the threshold. neverActive: licensed, no activity known. inGrace: no activity yet, licensed for less than the grace time. unknown: licensed, but no activity report was ever stored. unlicensed: no license and no activity.",
        "enum": [
          "active",
          "inactive",
          "neverActive",
          "inGrace",
          "unknown",
          "unlicensed"
        ]
      },
      "ServiceActivityStatus": {
        "type": "string",
        "enum": [
          "active",
          "inactive",
          "neverActive"
        ]
      },
      "UserType": {
        "type": "string",
        "enum": [
          "member",
          "guest"
        ]
      },
      "CapabilityStatus": {
        "type": "string",
        "enum": [
          "Enabled",
          "Warning",
          "Suspended",
          "LockedOut",
          "Deleted"
        ]
      },
      "SyncTaskName": {
        "type": "string",
        "enum": [
          "application-roster",
          "application-access",
          "license-information"
        ]
      },
      "TaskRunStatus": {
        "type": "string",
        "description": "partial - finished, but something optional was left out",
        "enum": [
          "running",
          "succeeded",
          "partial",
          "failed",
          "aborted"
        ]
      },
      "Tenant": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name",
          "tenantId",
          "status",
          "retiredAt",
          "problem",
          "reclamationEnabled",
          "inactiveAfterDays",
          "graceDays"
        ],
        "properties": {
          "name": {
            "type": "string"
          },
          "tenantId": {
            "type": [
              "string",
              "null"
            ]
          },
          "status": {
            "type": "string",
            "description": "started; refused because of its configuration, see problem; or retired: no longer configured or switched off, its history is kept and counted nowhere",
            "enum": [
              "started",
              "refused",
              "retired"
            ]
          },
          "retiredAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "problem": {
            "type": [
              "string",
              "null"
            ],
            "description": "Why this tenant was not started, naming the configuration key; null when it was"
          },
          "reclamationEnabled": {
            "type": "boolean"
          },
          "inactiveAfterDays": {
            "type": "integer"
          },
          "graceDays": {
            "type": "integer"
          }
        }
      },
      "TenantOverview": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "tenant",
          "accounts",
          "statuses",
          "seats",
          "candidates",
          "evaluatedAt",
          "changes",
          "reportRefreshDate",
          "lastSync",
          "problems"
        ],
        "properties": {
          "tenant": {
            "$ref": "#/components/schemas/Tenant"
          },
          "candidates": {
            "description": "Licenses that could be taken back; null before the first evaluation",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "opportunities",
                  "heldBack"
                ],
                "properties": {
                  "opportunities": {
                    "type": "integer"
                  },
                  "heldBack": {
                    "type": "integer"
                  }
                }
              }
            ]
          },
          "evaluatedAt": {
            "description": "When the licenses' use was counted last",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDateTime"
              }
            ]
          },
          "changes": {
            "description": "What changed since a day about 30 days ago; null when there is no snapshot of that time",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/OverviewChanges"
              }
            ]
          },
          "accounts": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "total",
              "enabled",
              "disabled",
              "guests",
              "licensed",
              "deleted"
            ],
            "properties": {
              "total": {
                "type": "integer",
                "description": "Accounts present in the tenant"
              },
              "enabled": {
                "type": "integer"
              },
              "disabled": {
                "type": "integer"
              },
              "guests": {
                "type": "integer"
              },
              "licensed": {
                "type": "integer"
              },
              "deleted": {
                "type": "integer",
                "description": "Accounts seen before and gone since"
              }
            }
          },
          "statuses": {
            "type": "array",
            "description": "Licensed accounts by activity status",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "status",
                "accounts"
              ],
              "properties": {
                "status": {
                  "$ref": "#/components/schemas/ActivityStatus"
                },
                "accounts": {
                  "type": "integer"
                }
              }
            }
          },
          "seats": {
            "description": "Null when the licenses were never read",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/Seats"
              }
            ]
          },
          "reportRefreshDate": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "lastSync": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "problems": {
            "type": "array",
            "description": "What is wrong now, each with what to do",
            "items": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "OverviewChanges": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "since",
          "bought",
          "assigned",
          "candidates",
          "annual",
          "savings"
        ],
        "properties": {
          "since": {
            "type": "string",
            "format": "date"
          },
          "bought": {
            "type": "integer"
          },
          "assigned": {
            "type": "integer"
          },
          "candidates": {
            "type": "integer"
          },
          "annual": {
            "type": "array",
            "description": "Per currency of either day; negative when less is spent",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "savings": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          }
        }
      },
      "Seats": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "bought",
          "assigned",
          "unassigned"
        ],
        "properties": {
          "bought": {
            "type": "integer"
          },
          "assigned": {
            "type": "integer"
          },
          "unassigned": {
            "type": "integer"
          }
        }
      },
      "Problem": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "message",
          "mend"
        ],
        "properties": {
          "task": {
            "$ref": "#/components/schemas/SyncTaskName"
          },
          "finding": {
            "$ref": "#/components/schemas/FindingId"
          },
          "message": {
            "type": "string"
          },
          "mend": {
            "type": [
              "string",
              "null"
            ]
          },
          "requestId": {
            "type": [
              "string",
              "null"
            ]
          }
        }
      },
      "ConnectionPurpose": {
        "type": "string",
        "description": "What the credentials are for; reclamation may have its own",
        "enum": [
          "sync",
          "reclamation"
        ]
      },
      "ConnectionStatus": {
        "type": "string",
        "description": "connected; attention: works, with warnings; failing; notAuthorized: nobody signed in yet; notChecked: no check-up yet; refused: the configuration is wrong; retired",
        "enum": [
          "connected",
          "attention",
          "failing",
          "notAuthorized",
          "notChecked",
          "refused",
          "retired"
        ]
      },
      "Connection": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "tenant",
          "status",
          "credentials",
          "check"
        ],
        "properties": {
          "tenant": {
            "$ref": "#/components/schemas/Tenant"
          },
          "status": {
            "$ref": "#/components/schemas/ConnectionStatus"
          },
          "credentials": {
            "type": "array",
            "description": "One for the sync; another where reclamation has its own. None for refused and retired tenants",
            "items": {
              "$ref": "#/components/schemas/ConnectionCredential"
            }
          },
          "check": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/CheckUp"
              }
            ]
          }
        }
      },
      "CredentialType": {
        "type": "string",
        "enum": [
          "clientSecret",
          "clientCertificate",
          "authorizationCode",
          "managedIdentity"
        ]
      },
      "ConnectionCredential": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "purpose",
          "type",
          "clientId",
          "authority",
          "target",
          "certificate",
          "authorization",
          "refusal"
        ],
        "properties": {
          "purpose": {
            "$ref": "#/components/schemas/ConnectionPurpose"
          },
          "type": {
            "$ref": "#/components/schemas/CredentialType"
          },
          "clientId": {
            "type": [
              "string",
              "null"
            ],
            "description": "The application's id; null for a managed identity that needs none"
          },
          "authority": {
            "type": "string"
          },
          "target": {
            "type": "string"
          },
          "certificate": {
            "description": "The certificate the application signs with, if it does",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "subject",
                  "thumbprint",
                  "expiresAt"
                ],
                "properties": {
                  "subject": {
                    "type": "string"
                  },
                  "thumbprint": {
                    "type": "string",
                    "description": "SHA-256",
                    "upper-case hex digits": null
                  },
                  "expiresAt": {
                    "type": "string",
                    "format": "date-time"
                  }
                }
              }
            ]
          },
          "authorization": {
            "description": "Who signed in, where a person must",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "userPrincipalName",
                  "displayName",
                  "authorizedBy",
                  "authorizedAt",
                  "scopes"
                ],
                "properties": {
                  "userPrincipalName": {
                    "type": "string",
                    "description": "The account at Microsoft"
                  },
                  "displayName": {
                    "type": [
                      "string",
                      "null"
                    ]
                  },
                  "authorizedBy": {
                    "type": "string",
                    "description": "Entity ref of the person in this portal"
                  },
                  "authorizedAt": {
                    "type": "string",
                    "format": "date-time"
                  },
                  "scopes": {
                    "type": "array",
                    "items": {
                      "type": "string"
                    }
                  }
                }
              }
            ]
          },
          "refusal": {
            "description": "Why Microsoft gives no token, and when it is asked again by itself",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "message",
                  "mend",
                  "since",
                  "retryAt",
                  "requestId"
                ],
                "properties": {
                  "message": {
                    "type": "string"
                  },
                  "mend": {
                    "type": [
                      "string",
                      "null"
                    ]
                  },
                  "since": {
                    "type": "string",
                    "format": "date-time"
                  },
                  "retryAt": {
                    "type": "string",
                    "format": "date-time"
                  },
                  "requestId": {
                    "type": [
                      "string",
                      "null"
                    ]
                  }
                }
              }
            ]
          }
        }
      },
      "CheckUp": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "checkedAt",
          "findings"
        ],
        "properties": {
          "checkedAt": {
            "type": "string",
            "format": "date-time"
          },
          "findings": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Finding"
            }
          }
        }
      },
      "FindingId": {
        "type": "string",
        "enum": [
          "authorization",
          "token",
          "certificate",
          "identity",
          "clock",
          "directory",
          "permissions",
          "signInActivity",
          "report",
          "concealment"
        ]
      },
      "FindingStatus": {
        "type": "string",
        "enum": [
          "ok",
          "warning",
          "failing"
        ]
      },
      "Finding": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "purpose",
          "task",
          "status",
          "title",
          "detail",
          "steps",
          "requestId"
        ],
        "properties": {
          "id": {
            "$ref": "#/components/schemas/FindingId"
          },
          "purpose": {
            "$ref": "#/components/schemas/ConnectionPurpose"
          },
          "task": {
            "description": "The task whose permissions this is about",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "string",
                "enum": [
                  "application-roster",
                  "application-access",
                  "license-information",
                  "reclamation"
                ]
              }
            ]
          },
          "status": {
            "$ref": "#/components/schemas/FindingStatus"
          },
          "title": {
            "type": "string",
            "description": "What was found, in a few words"
          },
          "detail": {
            "type": "string",
            "description": "What it means"
          },
          "steps": {
            "type": "array",
            "description": "What mends it, in order; alternatives say so",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "text",
                "command"
              ],
              "properties": {
                "text": {
                  "type": "string"
                },
                "command": {
                  "type": [
                    "string",
                    "null"
                  ],
                  "description": "A line for a shell that does this step"
                }
              }
            }
          },
          "requestId": {
            "type": [
              "string",
              "null"
            ]
          }
        }
      },
      "ConcealedActivity": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "rows",
          "firstSeenAt",
          "lastReportDate"
        ],
        "properties": {
          "rows": {
            "type": "integer"
          },
          "firstSeenAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "lastReportDate": {
            "$ref": "#/components/schemas/NullableDate"
          }
        }
      },
      "Task": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "task",
          "enabled",
          "frequency",
          "state",
          "nextRunAt",
          "currentRun",
          "lastRun",
          "lastSuccessAt"
        ],
        "properties": {
          "task": {
            "$ref": "#/components/schemas/SyncTaskName"
          },
          "enabled": {
            "type": "boolean"
          },
          "frequency": {
            "type": [
              "string",
              "null"
            ],
            "description": "ISO 8601 duration, or a cron expression, or null when switched off"
          },
          "state": {
            "type": "string",
            "enum": [
              "disabled",
              "idle",
              "running"
            ]
          },
          "nextRunAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "currentRun": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/TaskRun"
              }
            ]
          },
          "lastRun": {
            "description": "The last run that ended",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/TaskRun"
              }
            ]
          },
          "lastSuccessAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          }
        }
      },
      "TaskRun": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "task",
          "status",
          "startedAt",
          "finishedAt",
          "durationMs",
          "counts",
          "leftOut",
          "malformed",
          "error"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "task": {
            "$ref": "#/components/schemas/SyncTaskName"
          },
          "status": {
            "$ref": "#/components/schemas/TaskRunStatus"
          },
          "startedAt": {
            "type": "string",
            "format": "date-time"
          },
          "finishedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "durationMs": {
            "type": [
              "integer",
              "null"
            ]
          },
          "counts": {
            "$ref": "#/components/schemas/TaskRunCounts"
          },
          "leftOut": {
            "type": "array",
            "description": "Optional parts that were left out, why, and what to grant or change",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "what",
                "why",
                "mend"
              ],
              "properties": {
                "what": {
                  "type": "string"
                },
                "why": {
                  "type": "string"
                },
                "mend": {
                  "type": "string"
                }
              }
            }
          },
          "malformed": {
            "type": "array",
            "description": "A sample of rows that could not be read",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "place",
                "problem"
              ],
              "properties": {
                "place": {
                  "type": "string"
                },
                "problem": {
                  "type": "string"
                }
              }
            }
          },
          "error": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/Problem"
              }
            ]
          }
        }
      },
      "TaskRunCounts": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "read",
          "added",
          "changed",
          "unchanged",
          "gone",
          "malformed",
          "unmatched"
        ],
        "properties": {
          "read": {
            "type": "integer",
            "description": "Rows received"
          },
          "added": {
            "type": "integer"
          },
          "changed": {
            "type": "integer"
          },
          "unchanged": {
            "type": "integer"
          },
          "gone": {
            "type": "integer",
            "description": "Marked as deleted"
          },
          "malformed": {
            "type": "integer",
            "description": "Could not be read"
          },
          "unmatched": {
            "type": "integer",
            "description": "Report rows that match no account"
          }
        }
      },
      "Account": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "userPrincipalName",
          "displayName",
          "email",
          "givenName",
          "surname",
          "userType",
          "enabled",
          "department",
          "jobTitle",
          "companyName",
          "officeLocation",
          "country",
          "createdAt",
          "deactivatedAt",
          "deletedAt",
          "lastSignInAt",
          "licenses",
          "lastActivityDate",
          "status",
          "modifiedAt"
        ],
        "properties": {
          "annual": {
            "type": "array",
            "description": "What its licenses cost a year, per currency; of those that are priced. Absent for callers who may not read what licenses cost",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "modifiedAt": {
            "type": "string",
            "format": "date-time",
            "description": "When something that is stored of the account, its assignments or its activity changed last"
          },
          "id": {
            "type": "string"
          },
          "userPrincipalName": {
            "type": "string"
          },
          "displayName": {
            "type": "string"
          },
          "email": {
            "type": [
              "string",
              "null"
            ]
          },
          "givenName": {
            "type": [
              "string",
              "null"
            ]
          },
          "surname": {
            "type": [
              "string",
              "null"
            ]
          },
          "userType": {
            "$ref": "#/components/schemas/UserType"
          },
          "enabled": {
            "type": "boolean"
          },
          "department": {
            "type": [
              "string",
              "null"
            ]
          },
          "jobTitle": {
            "type": [
              "string",
              "null"
            ]
          },
          "companyName": {
            "type": [
              "string",
              "null"
            ]
          },
          "officeLocation": {
            "type": [
              "string",
              "null"
            ]
          },
          "country": {
            "type": [
              "string",
              "null"
            ]
          },
          "createdAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "deactivatedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "deletedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "lastSignInAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "licenses": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/AssignedLicense"
            }
          },
          "lastActivityDate": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "status": {
            "$ref": "#/components/schemas/ActivityStatus"
          }
        }
      },
      "AssignedLicense": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "skuId",
          "skuPartNumber",
          "displayName",
          "services",
          "lastActivityDate",
          "status",
          "paths"
        ],
        "properties": {
          "annual": {
            "type": "array",
            "description": "What it costs a year, per currency; empty when it is not priced. Absent for callers who may not read what licenses cost",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "skuPartNumber": {
            "type": [
              "string",
              "null"
            ]
          },
          "displayName": {
            "type": "string"
          },
          "services": {
            "type": "array",
            "description": "The observed services that its enabled service plans contain, of all paths",
            "items": {
              "$ref": "#/components/schemas/Service"
            }
          },
          "lastActivityDate": {
            "description": "The last activity in these services",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "status": {
            "$ref": "#/components/schemas/AssignmentStatus"
          },
          "paths": {
            "type": "array",
            "description": "How the account holds it; direct and by group at once is possible",
            "items": {
              "$ref": "#/components/schemas/AssignmentPath"
            }
          }
        }
      },
      "AssignmentStatus": {
        "type": "string",
        "description": "Whether a license is used, by the services its enabled service plans contain. notMeasurable: none of them is observed; unknown: no report, or one that is stale or conceals the names",
        "enum": [
          "active",
          "inactive",
          "neverActive",
          "inGrace",
          "notMeasurable",
          "unknown"
        ]
      },
      "AssignmentPath": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "type",
          "groupId",
          "groupName",
          "state",
          "error",
          "disabledPlans",
          "assignedAt",
          "services",
          "lastActivityDate",
          "status"
        ],
        "properties": {
          "type": {
            "type": "string",
            "enum": [
              "direct",
              "group"
            ]
          },
          "groupId": {
            "type": [
              "string",
              "null"
            ]
          },
          "groupName": {
            "type": [
              "string",
              "null"
            ]
          },
          "state": {
            "type": "string"
          },
          "error": {
            "type": [
              "string",
              "null"
            ]
          },
          "services": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Service"
            }
          },
          "lastActivityDate": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "status": {
            "$ref": "#/components/schemas/AssignmentStatus"
          },
          "disabledPlans": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "assignedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          }
        }
      },
      "ServiceActivity": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "service",
          "lastActivityDate",
          "reportRefreshDate"
        ],
        "properties": {
          "service": {
            "$ref": "#/components/schemas/Service"
          },
          "lastActivityDate": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "reportRefreshDate": {
            "$ref": "#/components/schemas/NullableDate"
          }
        }
      },
      "AccountDetail": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "tenant",
          "account",
          "services",
          "candidates",
          "mayHandBack",
          "reportRefreshDate",
          "syncedAt"
        ],
        "properties": {
          "candidates": {
            "type": "array",
            "description": "What is suggested for its licenses, and why",
            "items": {
              "$ref": "#/components/schemas/Candidate"
            }
          },
          "mayHandBack": {
            "type": "boolean",
            "description": "Whether the caller may hand its licenses back: it is their own, or of a member of a group that they own, and taking back is switched on for the tenant"
          },
          "tenant": {
            "type": "string"
          },
          "account": {
            "$ref": "#/components/schemas/Account"
          },
          "services": {
            "type": "array",
            "description": "The seven services, in their usual order",
            "items": {
              "$ref": "#/components/schemas/ServiceActivity"
            }
          },
          "reportRefreshDate": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "syncedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          }
        }
      },
      "AccountActivity": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "userPrincipalName",
          "displayName",
          "department",
          "enabled",
          "licenses",
          "lastActivityDate",
          "status",
          "services"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "userPrincipalName": {
            "type": "string"
          },
          "displayName": {
            "type": "string"
          },
          "department": {
            "type": [
              "string",
              "null"
            ]
          },
          "enabled": {
            "type": "boolean"
          },
          "licenses": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/AssignedLicense"
            }
          },
          "lastActivityDate": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "status": {
            "$ref": "#/components/schemas/ActivityStatus"
          },
          "services": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ServiceActivity"
            }
          }
        }
      },
      "ServiceCounts": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "service",
          "active",
          "inactive",
          "neverActive"
        ],
        "properties": {
          "service": {
            "$ref": "#/components/schemas/Service"
          },
          "active": {
            "type": "integer"
          },
          "inactive": {
            "type": "integer"
          },
          "neverActive": {
            "type": "integer"
          }
        }
      },
      "License": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "skuId",
          "skuPartNumber",
          "displayName",
          "appliesTo",
          "status",
          "bought",
          "assigned",
          "unassigned",
          "suspended",
          "warning",
          "lockedOut",
          "trial",
          "subscriptions",
          "capturedAt",
          "services",
          "statuses",
          "spend",
          "entered"
        ],
        "properties": {
          "entered": {
            "description": "Name, type and seats that people entered and that count while License Information is switched off; null where nothing was entered or the task is on",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "displayName",
                  "appliesTo",
                  "bought",
                  "captured",
                  "by",
                  "at"
                ],
                "properties": {
                  "displayName": {
                    "type": [
                      "string",
                      "null"
                    ]
                  },
                  "appliesTo": {
                    "oneOf": [
                      {
                        "type": "null"
                      },
                      {
                        "type": "string",
                        "enum": [
                          "User",
                          "Company"
                        ]
                      }
                    ]
                  },
                  "bought": {
                    "type": [
                      "integer",
                      "null"
                    ]
                  },
                  "captured": {
                    "type": "object",
                    "additionalProperties": false,
                    "description": "The same as it was captured last",
                    "required": [
                      "displayName",
                      "appliesTo",
                      "bought"
                    ],
                    "properties": {
                      "displayName": {
                        "type": "string"
                      },
                      "appliesTo": {
                        "type": "string",
                        "enum": [
                          "User",
                          "Company"
                        ]
                      },
                      "bought": {
                        "type": "integer"
                      }
                    }
                  },
                  "by": {
                    "type": "string",
                    "description": "Entity ref"
                  },
                  "at": {
                    "type": "string",
                    "format": "date-time"
                  }
                }
              }
            ]
          },
          "services": {
            "type": "array",
            "description": "The observed services that its service plans contain",
            "items": {
              "$ref": "#/components/schemas/Service"
            }
          },
          "statuses": {
            "type": "array",
            "description": "Accounts that hold it by status, each counted once; every status is there",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "status",
                "accounts"
              ],
              "properties": {
                "status": {
                  "$ref": "#/components/schemas/AssignmentStatus"
                },
                "accounts": {
                  "type": "integer"
                }
              }
            }
          },
          "spend": {
            "description": "Null when no term is active today, which is not the same as 0",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/SkuSpend"
              }
            ]
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "skuPartNumber": {
            "type": "string"
          },
          "displayName": {
            "type": "string"
          },
          "appliesTo": {
            "type": "string",
            "enum": [
              "User",
              "Company"
            ]
          },
          "status": {
            "$ref": "#/components/schemas/CapabilityStatus"
          },
          "bought": {
            "type": "integer",
            "description": "Enabled units"
          },
          "assigned": {
            "type": "integer",
            "description": "Consumed units"
          },
          "unassigned": {
            "type": "integer",
            "description": "Bought less assigned; negative when more are assigned than bought"
          },
          "suspended": {
            "type": "integer"
          },
          "warning": {
            "type": "integer"
          },
          "lockedOut": {
            "type": "integer"
          },
          "trial": {
            "type": [
              "boolean",
              "null"
            ],
            "description": "Null when the subscriptions could not be read"
          },
          "subscriptions": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Subscription"
            }
          },
          "capturedAt": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "Money": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "amount",
          "currency"
        ],
        "properties": {
          "amount": {
            "type": "string",
            "description": "A decimal, exact",
            "pattern": "^-?\\d+(\\.\\d+)?$"
          },
          "currency": {
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "ISO 4217"
          }
        }
      },
      "PaymentFrequency": {
        "type": "string",
        "enum": [
          "once",
          "monthly",
          "quarterly",
          "semiannually",
          "annually",
          "every18Months",
          "biannually",
          "triennially"
        ],
        "description": "biannually is every two years"
      },
      "TermInput": {
        "unevaluatedProperties": false,
        "allOf": [
          {
            "$ref": "#/components/schemas/TermFields"
          }
        ]
      },
      "TermFields": {
        "type": "object",
        "required": [
          "subscriptionId",
          "cost",
          "currency",
          "frequency",
          "quantity",
          "effectiveDate",
          "expirationDate",
          "purchaseIdentifier",
          "notes",
          "administrator"
        ],
        "properties": {
          "subscriptionId": {
            "type": [
              "string",
              "null"
            ],
            "description": "The subscription it pays for, where it is about one of several"
          },
          "cost": {
            "type": "string",
            "description": "Per seat and period; a decimal, exact",
            "pattern": "^\\d{1,12}(\\.\\d{1,6})?$"
          },
          "currency": {
            "type": "string",
            "pattern": "^[A-Z]{3}$"
          },
          "frequency": {
            "$ref": "#/components/schemas/PaymentFrequency"
          },
          "quantity": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100000000
          },
          "effectiveDate": {
            "type": "string",
            "format": "date"
          },
          "expirationDate": {
            "description": "The first day on which it is no longer in force; null when open",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "purchaseIdentifier": {
            "type": [
              "string",
              "null"
            ],
            "maxLength": 200
          },
          "notes": {
            "type": [
              "string",
              "null"
            ],
            "maxLength": 4000
          },
          "administrator": {
            "type": [
              "string",
              "null"
            ],
            "description": "Entity ref of who is told before it renews"
          }
        }
      },
      "Term": {
        "unevaluatedProperties": false,
        "allOf": [
          {
            "$ref": "#/components/schemas/TermFields"
          },
          {
            "type": "object",
            "required": [
              "id",
              "active",
              "annual",
              "updatedAt",
              "updatedBy"
            ],
            "properties": {
              "id": {
                "type": "string"
              },
              "active": {
                "type": "boolean",
                "description": "In force today"
              },
              "annual": {
                "description": "What it costs a year; null for a once-only cost without an expiration date, which is not annualised",
                "oneOf": [
                  {
                    "type": "null"
                  },
                  {
                    "$ref": "#/components/schemas/Money"
                  }
                ]
              },
              "updatedAt": {
                "type": "string",
                "format": "date-time"
              },
              "updatedBy": {
                "type": "string"
              }
            }
          }
        ]
      },
      "SkuTerm": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "skuId",
          "skuPartNumber",
          "displayName",
          "term"
        ],
        "properties": {
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "skuPartNumber": {
            "type": [
              "string",
              "null"
            ]
          },
          "displayName": {
            "type": "string"
          },
          "term": {
            "$ref": "#/components/schemas/Term"
          }
        }
      },
      "Terms": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "items",
          "totalItems",
          "revision"
        ],
        "properties": {
          "items": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Term"
            }
          },
          "totalItems": {
            "type": "integer"
          },
          "revision": {
            "type": "string"
          }
        }
      },
      "TermsImport": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "applied",
          "changes",
          "problems",
          "revision"
        ],
        "properties": {
          "applied": {
            "type": "boolean"
          },
          "revision": {
            "type": "string",
            "description": "What stands for the terms of the SKUs in the file, as they are compared with it"
          },
          "changes": {
            "type": "array",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "skuId",
                "displayName",
                "action",
                "before",
                "after"
              ],
              "properties": {
                "skuId": {
                  "type": "string",
                  "format": "uuid"
                },
                "displayName": {
                  "type": "string"
                },
                "action": {
                  "type": "string",
                  "enum": [
                    "added",
                    "changed",
                    "removed",
                    "unchanged"
                  ]
                },
                "before": {
                  "oneOf": [
                    {
                      "type": "null"
                    },
                    {
                      "$ref": "#/components/schemas/TermInput"
                    }
                  ]
                },
                "after": {
                  "oneOf": [
                    {
                      "type": "null"
                    },
                    {
                      "$ref": "#/components/schemas/TermInput"
                    }
                  ]
                }
              }
            }
          },
          "problems": {
            "type": "array",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "line",
                "column",
                "message"
              ],
              "properties": {
                "line": {
                  "type": "integer",
                  "description": "Counted from 1 for the header"
                },
                "column": {
                  "type": [
                    "string",
                    "null"
                  ]
                },
                "message": {
                  "type": "string"
                }
              }
            }
          }
        }
      },
      "SkuSpend": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "annual",
          "once",
          "savings"
        ],
        "properties": {
          "annual": {
            "type": "array",
            "description": "Per currency, of terms in force today",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "once": {
            "type": "array",
            "description": "Once-only costs by year, per currency, shown apart",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "savings": {
            "type": "array",
            "description": "Of the annual spend, what goes to inactive, never active and unassigned seats",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          }
        }
      },
      "SpendUse": {
        "type": "string",
        "enum": [
          "active",
          "inactive",
          "neverActive",
          "inGrace",
          "notMeasurable",
          "unknown",
          "unassigned"
        ]
      },
      "ConvertedSpend": {
        "type": "object",
        "additionalProperties": false,
        "description": "All currencies in one, by the rates that people entered; not what was paid",
        "required": [
          "currency",
          "annual",
          "once",
          "savings",
          "rates",
          "missing"
        ],
        "properties": {
          "currency": {
            "type": "string"
          },
          "annual": {
            "type": "string"
          },
          "once": {
            "type": "string"
          },
          "savings": {
            "type": "string"
          },
          "rates": {
            "type": "array",
            "description": "The rates that were used",
            "items": {
              "$ref": "#/components/schemas/ExchangeRate"
            }
          },
          "missing": {
            "type": "array",
            "description": "Currencies without a rate, which are left out",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "Spend": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "currencies",
          "skus",
          "unpriced",
          "evaluatedAt",
          "converted"
        ],
        "properties": {
          "evaluatedAt": {
            "description": "When the use of the licenses was counted",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDateTime"
              }
            ]
          },
          "converted": {
            "description": "Null when no currency to convert to was entered, or there is nothing to convert",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/ConvertedSpend"
              }
            ]
          },
          "currencies": {
            "type": "array",
            "description": "Currencies are never added up",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "currency",
                "annual",
                "once",
                "savings",
                "uses"
              ],
              "properties": {
                "currency": {
                  "type": "string"
                },
                "annual": {
                  "type": "string"
                },
                "once": {
                  "type": "string"
                },
                "savings": {
                  "type": "string"
                },
                "uses": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": [
                      "use",
                      "amount",
                      "seats"
                    ],
                    "properties": {
                      "use": {
                        "$ref": "#/components/schemas/SpendUse"
                      },
                      "amount": {
                        "type": "string"
                      },
                      "seats": {
                        "type": "integer"
                      }
                    }
                  }
                }
              }
            }
          },
          "skus": {
            "type": "array",
            "description": "The SKUs that are priced, the dearest first",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "skuId",
                "displayName",
                "spend",
                "savingsFrom"
              ],
              "properties": {
                "skuId": {
                  "type": "string",
                  "format": "uuid"
                },
                "displayName": {
                  "type": "string"
                },
                "spend": {
                  "$ref": "#/components/schemas/SkuSpend"
                },
                "savingsFrom": {
                  "description": "When the savings become cash, the end of the first term in force; null when it is open",
                  "oneOf": [
                    {
                      "$ref": "#/components/schemas/NullableDate"
                    }
                  ]
                }
              }
            }
          },
          "unpriced": {
            "type": "array",
            "description": "SKUs with seats and without a term in force",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "skuId",
                "displayName",
                "bought"
              ],
              "properties": {
                "skuId": {
                  "type": "string",
                  "format": "uuid"
                },
                "displayName": {
                  "type": "string"
                },
                "bought": {
                  "type": "integer"
                }
              }
            }
          }
        }
      },
      "Renewal": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "date",
          "kind",
          "skuId",
          "displayName",
          "quantity",
          "annual",
          "administrator",
          "termId",
          "subscriptionId"
        ],
        "properties": {
          "date": {
            "type": "string",
            "format": "date"
          },
          "kind": {
            "type": "string",
            "description": "A term that people entered, or a subscription that Microsoft knows",
            "enum": [
              "term",
              "subscription"
            ]
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "displayName": {
            "type": "string"
          },
          "quantity": {
            "type": "integer"
          },
          "annual": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/Money"
              }
            ]
          },
          "administrator": {
            "type": [
              "string",
              "null"
            ]
          },
          "termId": {
            "type": [
              "string",
              "null"
            ]
          },
          "subscriptionId": {
            "type": [
              "string",
              "null"
            ]
          }
        }
      },
      "LicenseDetail": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "license",
          "savingsFrom",
          "terms",
          "reconciliation",
          "editable",
          "forecast",
          "downgrades"
        ],
        "properties": {
          "editable": {
            "type": "boolean",
            "description": "Whether name, type and seats can be entered, because License Information is switched off"
          },
          "forecast": {
            "description": "Null while there are fewer than 14 days of snapshots",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/Forecast"
              }
            ]
          },
          "downgrades": {
            "type": "array",
            "description": "Smaller licenses of the tenant that could serve some of its holders",
            "items": {
              "$ref": "#/components/schemas/Downgrade"
            }
          },
          "savingsFrom": {
            "description": "When the savings become cash, the end of the first term in force; null when it is open",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "license": {
            "$ref": "#/components/schemas/License"
          },
          "terms": {
            "$ref": "#/components/schemas/Terms"
          },
          "reconciliation": {
            "$ref": "#/components/schemas/Reconciliation"
          }
        }
      },
      "LicenseInput": {
        "type": "object",
        "additionalProperties": false,
        "description": "Null takes what was captured last",
        "required": [
          "displayName",
          "appliesTo",
          "bought"
        ],
        "properties": {
          "displayName": {
            "type": [
              "string",
              "null"
            ],
            "minLength": 1,
            "maxLength": 200
          },
          "appliesTo": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "string",
                "enum": [
                  "User",
                  "Company"
                ]
              }
            ]
          },
          "bought": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "maximum": 100000000
          }
        }
      },
      "Reconciliation": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "skuEnabled",
          "skuConsumed",
          "subscriptions",
          "accounts",
          "entered",
          "differences"
        ],
        "properties": {
          "skuEnabled": {
            "type": "integer",
            "description": "Seats by Microsoft's list of SKUs"
          },
          "skuConsumed": {
            "type": "integer"
          },
          "subscriptions": {
            "type": [
              "integer",
              "null"
            ],
            "description": "Seats by the enabled subscriptions; null when they could not be read"
          },
          "accounts": {
            "type": "integer",
            "description": "Accounts of the roster that hold it"
          },
          "entered": {
            "type": [
              "integer",
              "null"
            ],
            "description": "Seats by the terms in force; null without any"
          },
          "differences": {
            "type": "array",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "between",
                "message"
              ],
              "properties": {
                "between": {
                  "type": "array",
                  "items": {
                    "type": "string",
                    "enum": [
                      "skuEnabled",
                      "skuConsumed",
                      "subscriptions",
                      "accounts",
                      "entered"
                    ]
                  }
                },
                "message": {
                  "type": "string",
                  "description": "What differs, and what it means"
                }
              }
            }
          }
        }
      },
      "Subscription": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "status",
          "totalLicenses",
          "trial",
          "startedAt",
          "nextLifecycleAt"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "status": {
            "$ref": "#/components/schemas/CapabilityStatus"
          },
          "totalLicenses": {
            "type": "integer"
          },
          "trial": {
            "type": "boolean"
          },
          "startedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "nextLifecycleAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          }
        }
      },
      "SuspiciousActivityType": {
        "type": "string",
        "description": "unknown: a report row that matches no account. unauthorized: an account that was disabled or deleted, and active after that day. unrecognized: a guest, or an account outside the catalog where that is configured. recognized: one that somebody accepted",
        "enum": [
          "unknown",
          "unauthorized",
          "unrecognized",
          "recognized"
        ]
      },
      "SuspiciousActivity": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "accountId",
          "userPrincipalName",
          "displayName",
          "type",
          "cause",
          "recognition",
          "deactivatedAt",
          "lastActivityDate",
          "services",
          "reportRefreshDate",
          "firstSeenAt"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "accountId": {
            "type": [
              "string",
              "null"
            ],
            "description": "Graph id of the account; null where the row matches none"
          },
          "userPrincipalName": {
            "type": "string"
          },
          "displayName": {
            "type": [
              "string",
              "null"
            ]
          },
          "type": {
            "$ref": "#/components/schemas/SuspiciousActivityType"
          },
          "cause": {
            "type": "string",
            "description": "Why it is listed, also while it is recognized",
            "enum": [
              "noAccount",
              "disabled",
              "deleted",
              "guest",
              "outsideCatalog"
            ]
          },
          "recognition": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "note",
                  "by",
                  "at"
                ],
                "properties": {
                  "note": {
                    "type": "string"
                  },
                  "by": {
                    "type": "string",
                    "description": "Entity ref"
                  },
                  "at": {
                    "type": "string",
                    "format": "date-time"
                  }
                }
              }
            ]
          },
          "deactivatedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "lastActivityDate": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "services": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ServiceActivity"
            }
          },
          "reportRefreshDate": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "firstSeenAt": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "CandidateReasonType": {
        "type": "string",
        "description": "Why a license could be taken back, the strongest first. deleted, disabled: the account is, and licensed. overlap: another license of the account contains all of its service plans, or is a larger edition of the same suite. directAndGroup: held directly and by a group. neverActive: past grace. inactive: past the threshold. downgrade: what it has beyond a smaller license of the tenant is not used",
        "enum": [
          "deleted",
          "disabled",
          "overlap",
          "directAndGroup",
          "neverActive",
          "inactive",
          "downgrade"
        ]
      },
      "CandidateState": {
        "type": "string",
        "enum": [
          "opportunity",
          "heldBack"
        ]
      },
      "SkuRef": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "skuId",
          "displayName"
        ],
        "properties": {
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "displayName": {
            "type": "string"
          }
        }
      },
      "CandidateReason": {
        "type": "object",
        "additionalProperties": false,
        "description": "One reason with its evidence",
        "required": [
          "type",
          "since",
          "services",
          "lastActivityDate",
          "reportRefreshDate",
          "thresholdDays",
          "other",
          "groups",
          "unobservable"
        ],
        "properties": {
          "type": {
            "$ref": "#/components/schemas/CandidateReasonType"
          },
          "since": {
            "description": "The day from which it holds: deactivated, assigned, or last active; null when that is not known",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "services": {
            "type": "array",
            "description": "The services whose activity was looked at",
            "items": {
              "$ref": "#/components/schemas/Service"
            }
          },
          "lastActivityDate": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "reportRefreshDate": {
            "description": "Of the older of the reports that were looked at",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "thresholdDays": {
            "type": [
              "integer",
              "null"
            ],
            "description": "Days without activity, or of grace, that were exceeded"
          },
          "other": {
            "description": "overlap: the license that contains it, or is a larger edition of it; downgrade: the smaller license",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/SkuRef"
              }
            ]
          },
          "groups": {
            "type": "array",
            "description": "Groups that grant it",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "id",
                "name"
              ],
              "properties": {
                "id": {
                  "type": "string"
                },
                "name": {
                  "type": [
                    "string",
                    "null"
                  ]
                }
              }
            }
          },
          "unobservable": {
            "type": "array",
            "description": "Names of service plans that would be lost and whose use no report shows; of an overlap with a larger edition, those it has under another name or not",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "HeldBack": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "type",
          "until",
          "reason",
          "owner",
          "exemptionId"
        ],
        "properties": {
          "type": {
            "type": "string",
            "description": "exemption; grace: assigned less than the grace time ago; groupOnly: no direct assignment; dataNotGood: no fresh report on what decides; gone: the account is no longer in the directory; share: more than the set share of the product's assignments would go at once",
            "enum": [
              "exemption",
              "grace",
              "groupOnly",
              "dataNotGood",
              "gone",
              "share"
            ]
          },
          "until": {
            "description": "Null when it is open",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "reason": {
            "type": "string",
            "description": "In a sentence; of an exemption, what was entered"
          },
          "owner": {
            "type": [
              "string",
              "null"
            ]
          },
          "exemptionId": {
            "type": [
              "string",
              "null"
            ]
          }
        }
      },
      "Candidate": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "accountId",
          "userPrincipalName",
          "accountName",
          "department",
          "skuId",
          "skuPartNumber",
          "displayName",
          "state",
          "reasons",
          "heldBack",
          "since",
          "direct"
        ],
        "properties": {
          "accountId": {
            "type": "string"
          },
          "userPrincipalName": {
            "type": "string"
          },
          "accountName": {
            "type": "string"
          },
          "department": {
            "type": [
              "string",
              "null"
            ]
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "skuPartNumber": {
            "type": [
              "string",
              "null"
            ]
          },
          "displayName": {
            "type": "string",
            "description": "Of the product"
          },
          "state": {
            "$ref": "#/components/schemas/CandidateState"
          },
          "reasons": {
            "type": "array",
            "description": "At least one; the first decides",
            "items": {
              "$ref": "#/components/schemas/CandidateReason"
            }
          },
          "heldBack": {
            "type": "array",
            "description": "Why it is held back; none for an opportunity",
            "items": {
              "$ref": "#/components/schemas/HeldBack"
            }
          },
          "since": {
            "description": "Of the reason that decides",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "direct": {
            "type": "boolean",
            "description": "Whether the account holds it directly, alone or besides a group"
          },
          "value": {
            "type": "array",
            "description": "What taking it back saves a year, per currency; nothing where a group still grants it, empty where it is not priced. For a downgrade the difference. Absent for callers who may not read what licenses cost",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          }
        }
      },
      "CandidateCounts": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "opportunities",
          "heldBack",
          "value"
        ],
        "properties": {
          "opportunities": {
            "type": "integer"
          },
          "heldBack": {
            "type": "integer"
          },
          "value": {
            "type": "array",
            "description": "Of the opportunities, a year, per currency",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          }
        }
      },
      "CandidateSummary": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "evaluatedAt",
          "inactiveAfterDays",
          "graceDays",
          "total",
          "reasons",
          "skus",
          "unobservable"
        ],
        "properties": {
          "evaluatedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "inactiveAfterDays": {
            "type": "integer"
          },
          "graceDays": {
            "type": "integer"
          },
          "total": {
            "$ref": "#/components/schemas/CandidateCounts"
          },
          "reasons": {
            "type": "array",
            "description": "Only reasons with candidates, the strongest first",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "reason",
                "counts"
              ],
              "properties": {
                "reason": {
                  "$ref": "#/components/schemas/CandidateReasonType"
                },
                "counts": {
                  "$ref": "#/components/schemas/CandidateCounts"
                }
              }
            }
          },
          "skus": {
            "type": "array",
            "description": "Only SKUs with candidates, the most valuable first",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "sku",
                "counts"
              ],
              "properties": {
                "sku": {
                  "$ref": "#/components/schemas/SkuRef"
                },
                "counts": {
                  "$ref": "#/components/schemas/CandidateCounts"
                }
              }
            }
          },
          "unobservable": {
            "type": "array",
            "description": "Downgrades of which no report says whether they are possible",
            "items": {
              "$ref": "#/components/schemas/Downgrade"
            }
          }
        }
      },
      "Downgrade": {
        "type": "object",
        "additionalProperties": false,
        "description": "A smaller license of the tenant, and what would be lost",
        "required": [
          "from",
          "to",
          "services",
          "unobservable"
        ],
        "properties": {
          "from": {
            "$ref": "#/components/schemas/SkuRef"
          },
          "to": {
            "$ref": "#/components/schemas/SkuRef"
          },
          "services": {
            "type": "array",
            "description": "Observed services that would be lost; none means that nothing tells whether it is possible",
            "items": {
              "$ref": "#/components/schemas/Service"
            }
          },
          "unobservable": {
            "type": "array",
            "description": "Names of service plans that would be lost and whose use no report shows",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "ExemptionInput": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "reason",
          "expiresOn"
        ],
        "properties": {
          "user": {
            "type": "string",
            "minLength": 1,
            "maxLength": 320,
            "description": "Graph id, user principal name, or a User entity ref; not together with group"
          },
          "group": {
            "type": "string",
            "minLength": 1,
            "maxLength": 500,
            "description": "Entity ref of a catalog group; those below it are included"
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1000
          },
          "owner": {
            "type": "string",
            "minLength": 1,
            "maxLength": 500,
            "description": "Entity ref of who answers for it; the caller when absent"
          },
          "expiresOn": {
            "description": "The first day on which it no longer holds; null for an open one",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          }
        }
      },
      "Exemption": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "account",
          "group",
          "sku",
          "reason",
          "owner",
          "expiresOn",
          "active",
          "createdBy",
          "createdAt"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "account": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "id",
                  "userPrincipalName",
                  "displayName"
                ],
                "properties": {
                  "id": {
                    "type": "string"
                  },
                  "userPrincipalName": {
                    "type": "string"
                  },
                  "displayName": {
                    "type": "string"
                  }
                }
              }
            ]
          },
          "group": {
            "type": [
              "string",
              "null"
            ],
            "description": "Entity ref"
          },
          "sku": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/SkuRef"
              }
            ]
          },
          "reason": {
            "type": "string"
          },
          "owner": {
            "type": "string",
            "description": "Entity ref"
          },
          "expiresOn": {
            "$ref": "#/components/schemas/NullableDate"
          },
          "active": {
            "type": "boolean",
            "description": "Holds today"
          },
          "createdBy": {
            "type": "string"
          },
          "createdAt": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "Assignment": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "accountId",
          "userPrincipalName",
          "accountName",
          "department",
          "enabled",
          "deleted",
          "skuId",
          "skuPartNumber",
          "displayName",
          "path",
          "modifiedAt"
        ],
        "properties": {
          "accountId": {
            "type": "string"
          },
          "userPrincipalName": {
            "type": "string"
          },
          "accountName": {
            "type": "string"
          },
          "department": {
            "type": [
              "string",
              "null"
            ]
          },
          "enabled": {
            "type": "boolean"
          },
          "deleted": {
            "type": "boolean"
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "skuPartNumber": {
            "type": [
              "string",
              "null"
            ]
          },
          "displayName": {
            "type": "string",
            "description": "Of the product"
          },
          "path": {
            "$ref": "#/components/schemas/AssignmentPath"
          },
          "modifiedAt": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "SpendDimension": {
        "type": "string",
        "enum": [
          "department",
          "country",
          "company",
          "group"
        ]
      },
      "UseSeats": {
        "type": "array",
        "description": "Seats by use, in the usual order; uses without seats are left out",
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "use",
            "seats"
          ],
          "properties": {
            "use": {
              "$ref": "#/components/schemas/SpendUse"
            },
            "seats": {
              "type": "integer"
            }
          }
        }
      },
      "SpendPart": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "accounts",
          "seats",
          "annual",
          "savings"
        ],
        "properties": {
          "accounts": {
            "type": "integer",
            "description": "Licensed accounts"
          },
          "seats": {
            "$ref": "#/components/schemas/UseSeats"
          },
          "annual": {
            "type": "array",
            "description": "Per currency, of the SKUs that are priced",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "savings": {
            "type": "array",
            "description": "Of inactive, never active and unassigned seats",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          }
        }
      },
      "SpendBy": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "dimension",
          "evaluatedAt",
          "items",
          "unassigned"
        ],
        "properties": {
          "dimension": {
            "$ref": "#/components/schemas/SpendDimension"
          },
          "evaluatedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "items": {
            "type": "array",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "value",
                "name",
                "parent",
                "own",
                "total"
              ],
              "properties": {
                "value": {
                  "type": [
                    "string",
                    "null"
                  ],
                  "description": "The department, country, company or entity ref; null for accounts without one"
                },
                "name": {
                  "type": [
                    "string",
                    "null"
                  ],
                  "description": "As it is shown"
                },
                "parent": {
                  "type": [
                    "string",
                    "null"
                  ],
                  "description": "Entity ref of the group above"
                },
                "own": {
                  "$ref": "#/components/schemas/SpendPart"
                },
                "total": {
                  "description": "With the groups below it; the same as own for others",
                  "oneOf": [
                    {
                      "$ref": "#/components/schemas/SpendPart"
                    }
                  ]
                }
              }
            }
          },
          "unassigned": {
            "description": "Seats that nobody holds, and the seats of SKUs for the whole company",
            "oneOf": [
              {
                "$ref": "#/components/schemas/SpendPart"
              }
            ]
          }
        }
      },
      "EntitySpend": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "entityRef",
          "items"
        ],
        "properties": {
          "entityRef": {
            "type": "string"
          },
          "items": {
            "type": "array",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "tenant",
                "evaluatedAt",
                "own",
                "total",
                "skus"
              ],
              "properties": {
                "tenant": {
                  "type": "string"
                },
                "evaluatedAt": {
                  "$ref": "#/components/schemas/NullableDateTime"
                },
                "own": {
                  "$ref": "#/components/schemas/SpendPart"
                },
                "total": {
                  "$ref": "#/components/schemas/SpendPart"
                },
                "skus": {
                  "type": "array",
                  "description": "The total by SKU, the dearest first",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": [
                      "sku",
                      "part"
                    ],
                    "properties": {
                      "sku": {
                        "$ref": "#/components/schemas/SkuRef"
                      },
                      "part": {
                        "$ref": "#/components/schemas/SpendPart"
                      }
                    }
                  }
                }
              }
            }
          }
        }
      },
      "ExchangeRate": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "currency",
          "rate",
          "date"
        ],
        "properties": {
          "currency": {
            "type": "string",
            "description": "ISO 4217"
          },
          "rate": {
            "type": "string",
            "pattern": "^\\d{1,9}(\\.\\d{1,9})?$",
            "description": "What one unit of it is worth in the currency to convert to"
          },
          "date": {
            "type": "string",
            "format": "date",
            "description": "The day of the rate"
          }
        }
      },
      "ExchangeRates": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "currency",
          "rates",
          "updatedAt",
          "updatedBy",
          "revision"
        ],
        "properties": {
          "currency": {
            "type": [
              "string",
              "null"
            ]
          },
          "rates": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ExchangeRate"
            }
          },
          "updatedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "updatedBy": {
            "type": [
              "string",
              "null"
            ]
          },
          "revision": {
            "type": "string"
          }
        }
      },
      "HistoryDay": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "day",
          "bought",
          "assigned",
          "seats",
          "candidates",
          "annual",
          "savings"
        ],
        "properties": {
          "day": {
            "type": "string",
            "format": "date"
          },
          "bought": {
            "type": [
              "integer",
              "null"
            ],
            "description": "Null for a group, which buys nothing"
          },
          "assigned": {
            "type": "integer"
          },
          "seats": {
            "$ref": "#/components/schemas/UseSeats"
          },
          "candidates": {
            "type": "integer",
            "description": "Opportunities"
          },
          "annual": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "savings": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          }
        }
      },
      "History": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "from",
          "to",
          "since",
          "items"
        ],
        "properties": {
          "from": {
            "type": "string",
            "format": "date"
          },
          "to": {
            "type": "string",
            "format": "date"
          },
          "since": {
            "description": "The day of the first snapshot; null when there is none",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "items": {
            "type": "array",
            "description": "The days with a snapshot, the oldest first",
            "items": {
              "$ref": "#/components/schemas/HistoryDay"
            }
          }
        }
      },
      "Forecast": {
        "type": "object",
        "additionalProperties": false,
        "description": "When the seats run out if they go on being assigned as in the time looked at: a straight line through the assigned seats of each day",
        "required": [
          "runsOutOn",
          "perMonth",
          "from",
          "to",
          "days"
        ],
        "properties": {
          "runsOutOn": {
            "description": "Null when the line does not reach the seats that are bought within two years",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "perMonth": {
            "type": "number",
            "description": "Seats more, or less, in 30 days"
          },
          "from": {
            "type": "string",
            "format": "date"
          },
          "to": {
            "type": "string",
            "format": "date"
          },
          "days": {
            "type": "integer",
            "description": "Days with a snapshot"
          }
        }
      },
      "BackTest": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "on",
          "withinDays",
          "since",
          "complete",
          "items"
        ],
        "properties": {
          "on": {
            "type": "string",
            "format": "date"
          },
          "withinDays": {
            "type": "integer"
          },
          "since": {
            "description": "How far back the history of activity reaches; null when there is none",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "complete": {
            "type": "boolean",
            "description": "Whether history reaches back to that day, and the days to become active again have passed and are reported"
          },
          "items": {
            "type": "array",
            "description": "None when history does not reach back to that day",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "inactiveAfterDays",
                "candidates",
                "returned"
              ],
              "properties": {
                "inactiveAfterDays": {
                  "type": "integer"
                },
                "candidates": {
                  "type": "integer"
                },
                "returned": {
                  "type": "integer",
                  "description": "Of these, active again within the days given"
                }
              }
            }
          }
        }
      },
      "AccountMatch": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "tenant",
          "tenantId",
          "userId",
          "userPrincipalName",
          "email"
        ],
        "properties": {
          "tenant": {
            "type": "string"
          },
          "tenantId": {
            "type": "string"
          },
          "userId": {
            "type": "string"
          },
          "userPrincipalName": {
            "type": "string"
          },
          "email": {
            "type": [
              "string",
              "null"
            ]
          }
        }
      },
      "EntityAccount": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "entityRef",
          "detail"
        ],
        "properties": {
          "entityRef": {
            "type": "string",
            "description": "The User entity this account belongs to"
          },
          "detail": {
            "$ref": "#/components/schemas/AccountDetail"
          }
        }
      },
      "EntityLicenses": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "entityRef",
          "kind",
          "accounts",
          "members",
          "unmatchedMembers",
          "inactiveAfterDays"
        ],
        "properties": {
          "entityRef": {
            "type": "string"
          },
          "kind": {
            "type": "string",
            "enum": [
              "user",
              "group"
            ]
          },
          "accounts": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/EntityAccount"
            }
          },
          "members": {
            "type": "integer",
            "description": "Users the entity stands for",
            "1 for a user": null
          },
          "unmatchedMembers": {
            "type": "array",
            "description": "Entity refs of users without an account in any tenant",
            "items": {
              "type": "string"
            }
          },
          "inactiveAfterDays": {
            "type": "integer"
          }
        }
      },
      "ReclamationMode": {
        "type": "string",
        "description": "immediate; askFirst - people are asked whether they still need it",
        "enum": [
          "immediate",
          "askFirst"
        ]
      },
      "ReclamationRequest": {
        "type": "object",
        "additionalProperties": false,
        "description": "Exactly one of users, candidates and filter says whose licenses",
        "required": [
          "reason"
        ],
        "properties": {
          "users": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "description": "Graph ids or user principal names of accounts, or User entity refs such as user:default/maya",
            "items": {
              "type": "string",
              "minLength": 1,
              "maxLength": 320
            }
          },
          "skuIds": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "description": "With users - only these SKUs; all licenses of the accounts when absent",
            "items": {
              "type": "string",
              "format": "uuid"
            }
          },
          "candidates": {
            "type": "array",
            "minItems": 1,
            "maxItems": 5000,
            "description": "Candidates that were selected",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "accountId",
                "skuId"
              ],
              "properties": {
                "accountId": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 320
                },
                "skuId": {
                  "type": "string",
                  "format": "uuid"
                }
              }
            }
          },
          "filter": {
            "$ref": "#/components/schemas/CandidateFilter"
          },
          "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1000
          },
          "mode": {
            "$ref": "#/components/schemas/ReclamationMode"
          },
          "leaveGroups": {
            "type": "boolean",
            "description": "Take people out of groups that grant only what is to go. Needs the permission for it, and to be switched on in the configuration"
          },
          "idempotencyKey": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "description": "The same key with the same request gives the plan made before instead of a second one"
          }
        }
      },
      "CandidateFilter": {
        "type": "object",
        "additionalProperties": false,
        "description": "Every candidate that fits all that is given",
        "properties": {
          "text": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "department": {
            "type": "string",
            "minLength": 1
          },
          "group": {
            "type": "string",
            "minLength": 1,
            "maxLength": 500
          },
          "reason": {
            "$ref": "#/components/schemas/CandidateReasonType"
          }
        }
      },
      "ReclamationStatus": {
        "type": "string",
        "description": "planned: waits for approval. approved: waits to be carried out. asking: people were asked. scheduled, running: is carried out in the background. paused. finished: every license has an outcome. canceled. expired: was not carried out in time. dryRun: what a policy would have done.",
        "enum": [
          "planned",
          "approved",
          "asking",
          "scheduled",
          "running",
          "paused",
          "finished",
          "canceled",
          "expired",
          "dryRun"
        ]
      },
      "ReclamationOutcome": {
        "type": "string",
        "description": "Not yet: planned, awaitingUser, scheduled, running. Done: reclaimed; restored; alreadyGone and alreadyThere, nothing was to do. Left alone: inheritedFromGroup, a group grants it; heldBack, by a rule when it was planned; exempted since; activeSince; changed, no rule names it any more; kept by the person; notAsked, nobody could be asked; canceled. Not done: conflict, another license depends on it or Microsoft was changing the account at the same time; notPermitted; notFound; throttled; noSeat; noUsageLocation; failed.",
        "enum": [
          "planned",
          "awaitingUser",
          "scheduled",
          "running",
          "reclaimed",
          "restored",
          "alreadyGone",
          "alreadyThere",
          "inheritedFromGroup",
          "heldBack",
          "exempted",
          "activeSince",
          "changed",
          "kept",
          "notAsked",
          "canceled",
          "conflict",
          "notPermitted",
          "notFound",
          "throttled",
          "noSeat",
          "noUsageLocation",
          "failed"
        ]
      },
      "AccountRef": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "userPrincipalName",
          "displayName"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "userPrincipalName": {
            "type": "string"
          },
          "displayName": {
            "type": "string"
          }
        }
      },
      "GroupLeaving": {
        "type": "string",
        "description": "Whether a person could be taken out of a group for a license. possible; grantsMore: the group grants other licenses as well; dynamic: its rule decides who is a member; onPremises: it is synced from on premises; unknown: the group could not be read.",
        "enum": [
          "possible",
          "grantsMore",
          "dynamic",
          "onPremises",
          "unknown"
        ]
      },
      "PlannedPath": {
        "type": "object",
        "additionalProperties": false,
        "description": "How the account held the license when its removal was planned",
        "required": [
          "type",
          "group",
          "state",
          "error",
          "disabledPlans",
          "assignedAt"
        ],
        "properties": {
          "type": {
            "type": "string",
            "enum": [
              "direct",
              "group"
            ]
          },
          "group": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "id",
                  "name",
                  "leaving",
                  "owners",
                  "otherLicenses"
                ],
                "properties": {
                  "id": {
                    "type": "string"
                  },
                  "name": {
                    "type": [
                      "string",
                      "null"
                    ]
                  },
                  "leaving": {
                    "$ref": "#/components/schemas/GroupLeaving"
                  },
                  "owners": {
                    "type": "array",
                    "description": "People who own the group",
                    "items": {
                      "$ref": "#/components/schemas/AccountRef"
                    }
                  },
                  "otherLicenses": {
                    "type": "array",
                    "description": "What leaving the group would take besides",
                    "items": {
                      "$ref": "#/components/schemas/SkuRef"
                    }
                  }
                }
              }
            ]
          },
          "state": {
            "type": "string"
          },
          "error": {
            "type": [
              "string",
              "null"
            ]
          },
          "disabledPlans": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "assignedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          }
        }
      },
      "ReclamationEvidence": {
        "type": "object",
        "additionalProperties": false,
        "description": "What was known when it was planned",
        "required": [
          "reasons",
          "heldBack",
          "lastActivityDate",
          "evaluatedAt"
        ],
        "properties": {
          "reasons": {
            "type": "array",
            "description": "None where somebody asked without a rule",
            "items": {
              "$ref": "#/components/schemas/CandidateReason"
            }
          },
          "heldBack": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/HeldBack"
            }
          },
          "lastActivityDate": {
            "description": "With this license",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          },
          "evaluatedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          }
        }
      },
      "ReclamationItem": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "reclamation",
          "account",
          "skuId",
          "skuPartNumber",
          "displayName",
          "path",
          "evidence",
          "outcome",
          "message",
          "requestId",
          "startedAt",
          "finishedAt",
          "restored",
          "restorableUntil"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "reclamation": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "id",
              "kind",
              "reason",
              "createdBy",
              "approvedBy",
              "startedBy"
            ],
            "properties": {
              "id": {
                "type": "string"
              },
              "kind": {
                "$ref": "#/components/schemas/ReclamationKind"
              },
              "reason": {
                "type": "string"
              },
              "createdBy": {
                "type": "string"
              },
              "approvedBy": {
                "type": [
                  "string",
                  "null"
                ]
              },
              "startedBy": {
                "type": [
                  "string",
                  "null"
                ]
              }
            }
          },
          "account": {
            "$ref": "#/components/schemas/AccountRef"
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "skuPartNumber": {
            "type": [
              "string",
              "null"
            ]
          },
          "displayName": {
            "type": "string",
            "description": "Of the product"
          },
          "path": {
            "$ref": "#/components/schemas/PlannedPath"
          },
          "evidence": {
            "$ref": "#/components/schemas/ReclamationEvidence"
          },
          "value": {
            "type": "array",
            "description": "What it saves a year, per currency; empty where it is not priced. Absent for callers who may not read what licenses cost",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "outcome": {
            "$ref": "#/components/schemas/ReclamationOutcome"
          },
          "message": {
            "type": "string",
            "description": "The outcome in a sentence"
          },
          "requestId": {
            "type": [
              "string",
              "null"
            ],
            "description": "Microsoft's request-id of the call"
          },
          "startedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "finishedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "restored": {
            "description": "Who put it back",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "at",
                  "by",
                  "reclamationId"
                ],
                "properties": {
                  "at": {
                    "type": "string",
                    "format": "date-time"
                  },
                  "by": {
                    "type": "string"
                  },
                  "reclamationId": {
                    "type": "string"
                  }
                }
              }
            ]
          },
          "restorableUntil": {
            "description": "Until when Microsoft keeps the data behind a license that was taken and not put back; null for others",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDateTime"
              }
            ]
          }
        }
      },
      "ReclamationKind": {
        "type": "string",
        "enum": [
          "reclaim",
          "restore"
        ]
      },
      "ReclamationCount": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "outcome",
          "items"
        ],
        "properties": {
          "outcome": {
            "$ref": "#/components/schemas/ReclamationOutcome"
          },
          "items": {
            "type": "integer"
          },
          "value": {
            "type": "array",
            "description": "Yearly; absent for callers who may not read what licenses cost",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          }
        }
      },
      "ReclamationAction": {
        "type": "string",
        "enum": [
          "approve",
          "execute",
          "pause",
          "resume",
          "cancel",
          "restore"
        ]
      },
      "Reclamation": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "tenant",
          "kind",
          "mode",
          "status",
          "origin",
          "reason",
          "leaveGroups",
          "createdBy",
          "createdAt",
          "expiresAt",
          "approvedBy",
          "approvedAt",
          "startedBy",
          "startedAt",
          "finishedAt",
          "canceledBy",
          "answerUntil",
          "problem",
          "restoreOf",
          "policyId",
          "account",
          "accounts",
          "items",
          "counts",
          "restorable",
          "allowed"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "tenant": {
            "type": "string"
          },
          "kind": {
            "$ref": "#/components/schemas/ReclamationKind"
          },
          "mode": {
            "$ref": "#/components/schemas/ReclamationMode"
          },
          "status": {
            "$ref": "#/components/schemas/ReclamationStatus"
          },
          "origin": {
            "type": "string",
            "description": "What it was made from",
            "enum": [
              "users",
              "candidates",
              "filter",
              "handBack",
              "policy",
              "restore"
            ]
          },
          "reason": {
            "type": "string"
          },
          "leaveGroups": {
            "type": "boolean"
          },
          "createdBy": {
            "type": "string",
            "description": "Entity ref of who asked"
          },
          "createdAt": {
            "type": "string",
            "format": "date-time"
          },
          "expiresAt": {
            "description": "When it can no longer be started",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDateTime"
              }
            ]
          },
          "approvedBy": {
            "type": [
              "string",
              "null"
            ]
          },
          "approvedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "startedBy": {
            "type": [
              "string",
              "null"
            ]
          },
          "startedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "finishedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "canceledBy": {
            "type": [
              "string",
              "null"
            ]
          },
          "answerUntil": {
            "description": "With ask first, once people were asked",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDateTime"
              }
            ]
          },
          "problem": {
            "description": "Why it waits, and when it goes on",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "message",
                  "retryAt"
                ],
                "properties": {
                  "message": {
                    "type": "string"
                  },
                  "retryAt": {
                    "$ref": "#/components/schemas/NullableDateTime"
                  }
                }
              }
            ]
          },
          "restoreOf": {
            "type": [
              "string",
              "null"
            ],
            "description": "The id of the reclamation that this one puts back"
          },
          "policyId": {
            "type": [
              "string",
              "null"
            ]
          },
          "account": {
            "description": "Where there is one only",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/AccountRef"
              }
            ]
          },
          "accounts": {
            "type": "integer"
          },
          "items": {
            "type": "integer",
            "description": "Licenses"
          },
          "counts": {
            "type": "array",
            "description": "In the order of the outcomes; those without items are left out",
            "items": {
              "$ref": "#/components/schemas/ReclamationCount"
            }
          },
          "restorable": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "items",
              "until"
            ],
            "properties": {
              "items": {
                "type": "integer",
                "description": "Taken back and not put back, nor being put back"
              },
              "until": {
                "description": "When Microsoft begins to drop data behind them",
                "oneOf": [
                  {
                    "$ref": "#/components/schemas/NullableDateTime"
                  }
                ]
              }
            }
          },
          "allowed": {
            "type": "array",
            "description": "What the caller may do with it now",
            "items": {
              "$ref": "#/components/schemas/ReclamationAction"
            }
          },
          "approvalHint": {
            "type": "string",
            "description": "Why the caller may not approve it, where they hold the permission"
          }
        }
      },
      "ReclamationPreview": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "accounts",
          "items",
          "counts",
          "evaluatedAt",
          "first",
          "account"
        ],
        "properties": {
          "accounts": {
            "type": "integer"
          },
          "items": {
            "type": "integer"
          },
          "counts": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ReclamationCount"
            }
          },
          "evaluatedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "account": {
            "description": "Where there is one only",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/AccountRef"
              }
            ]
          },
          "first": {
            "type": "array",
            "description": "The first 200 items",
            "items": {
              "$ref": "#/components/schemas/ReclamationItem"
            }
          }
        }
      },
      "ReclamationEvent": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "at",
          "type",
          "by",
          "account",
          "skuId",
          "displayName",
          "message",
          "requestId"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "at": {
            "type": "string",
            "format": "date-time"
          },
          "type": {
            "$ref": "#/components/schemas/ReclamationEventType"
          },
          "by": {
            "type": [
              "string",
              "null"
            ],
            "description": "Entity ref; null for the backend itself"
          },
          "account": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/AccountRef"
              }
            ]
          },
          "skuId": {
            "type": [
              "string",
              "null"
            ]
          },
          "displayName": {
            "type": [
              "string",
              "null"
            ],
            "description": "Of the product"
          },
          "message": {
            "type": "string"
          },
          "requestId": {
            "type": [
              "string",
              "null"
            ]
          }
        }
      },
      "ReclamationEventType": {
        "type": "string",
        "enum": [
          "created",
          "approved",
          "started",
          "asked",
          "reminded",
          "answered",
          "sent",
          "outcome",
          "waiting",
          "paused",
          "resumed",
          "canceled",
          "finished",
          "restoreStarted"
        ]
      },
      "RestoreSelection": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "itemIds": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "description": "Only these items; all that can be put back when absent",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "RestoreRequest": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "reason"
        ],
        "properties": {
          "itemIds": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "description": "Only these items; all that can be put back when absent",
            "items": {
              "type": "string"
            }
          },
          "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1000
          },
          "idempotencyKey": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200
          }
        }
      },
      "RestoreCheck": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "items",
          "accounts",
          "seats",
          "problems",
          "dataUntil"
        ],
        "properties": {
          "items": {
            "type": "integer",
            "description": "Licenses to put back"
          },
          "accounts": {
            "type": "integer"
          },
          "seats": {
            "type": "array",
            "description": "By SKU",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "sku",
                "needed",
                "free"
              ],
              "properties": {
                "sku": {
                  "$ref": "#/components/schemas/SkuRef"
                },
                "needed": {
                  "type": "integer"
                },
                "free": {
                  "type": "integer"
                }
              }
            }
          },
          "problems": {
            "type": "array",
            "description": "The first 100 licenses that could not be put back now",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "itemId",
                "account",
                "sku",
                "message"
              ],
              "properties": {
                "itemId": {
                  "type": "string"
                },
                "account": {
                  "$ref": "#/components/schemas/AccountRef"
                },
                "sku": {
                  "$ref": "#/components/schemas/SkuRef"
                },
                "message": {
                  "type": "string"
                }
              }
            }
          },
          "dataUntil": {
            "description": "When Microsoft begins to drop data behind them",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDateTime"
              }
            ]
          }
        }
      },
      "ReclamationSavings": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "realized",
          "potential",
          "reclaimed",
          "restored",
          "months"
        ],
        "properties": {
          "realized": {
            "type": "array",
            "description": "Yearly, of what was taken back and not put back",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "potential": {
            "type": "array",
            "description": "Yearly, of what could be taken back now",
            "items": {
              "$ref": "#/components/schemas/Money"
            }
          },
          "reclaimed": {
            "type": "integer",
            "description": "Licenses",
            "those put back again included": null
          },
          "restored": {
            "type": "integer"
          },
          "months": {
            "type": "array",
            "description": "The months in which something was taken or put back, the oldest first",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "month",
                "reclaimed",
                "restored",
                "realized"
              ],
              "properties": {
                "month": {
                  "type": "string",
                  "pattern": "^\\d{4}-\\d{2}$"
                },
                "reclaimed": {
                  "type": "integer"
                },
                "restored": {
                  "type": "integer"
                },
                "realized": {
                  "type": "array",
                  "description": "Yearly, taken less put back",
                  "items": {
                    "$ref": "#/components/schemas/Money"
                  }
                }
              }
            }
          }
        }
      },
      "ReclamationSwitch": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "stopped",
          "reason",
          "changedBy",
          "changedAt"
        ],
        "properties": {
          "stopped": {
            "type": "boolean"
          },
          "reason": {
            "type": [
              "string",
              "null"
            ]
          },
          "changedBy": {
            "type": [
              "string",
              "null"
            ]
          },
          "changedAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          }
        }
      },
      "ReclamationSwitchInput": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "stopped",
          "reason"
        ],
        "properties": {
          "stopped": {
            "type": "boolean"
          },
          "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1000
          }
        }
      },
      "HandBackRequest": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "skuId"
        ],
        "properties": {
          "user": {
            "type": "string",
            "minLength": 1,
            "maxLength": 320,
            "description": "A member of a group that the caller owns; the caller when absent"
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1000
          },
          "idempotencyKey": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200
          }
        }
      },
      "Question": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "tenant",
          "account",
          "own",
          "skuId",
          "skuPartNumber",
          "displayName",
          "reasons",
          "reason",
          "askedBy",
          "askedAt",
          "answerUntil"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "tenant": {
            "type": "string"
          },
          "account": {
            "$ref": "#/components/schemas/AccountRef"
          },
          "own": {
            "type": "boolean",
            "description": "Of the caller's own account"
          },
          "skuId": {
            "type": "string",
            "format": "uuid"
          },
          "skuPartNumber": {
            "type": [
              "string",
              "null"
            ]
          },
          "displayName": {
            "type": "string",
            "description": "Of the product"
          },
          "reasons": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/CandidateReason"
            }
          },
          "reason": {
            "type": "string",
            "description": "Why they are asked",
            "in the words of who planned it": null
          },
          "askedBy": {
            "type": "string"
          },
          "askedAt": {
            "type": "string",
            "format": "date-time"
          },
          "answerUntil": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "Answer": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "decision"
        ],
        "properties": {
          "decision": {
            "type": "string",
            "enum": [
              "keep",
              "handBack"
            ]
          },
          "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1000,
            "description": "Needed to keep"
          }
        }
      },
      "Answered": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "outcome",
          "message",
          "keptUntil"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "outcome": {
            "$ref": "#/components/schemas/ReclamationOutcome"
          },
          "message": {
            "type": "string"
          },
          "keptUntil": {
            "description": "When the exemption ends",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDate"
              }
            ]
          }
        }
      },
      "PolicyState": {
        "type": "string",
        "description": "dry - only reports what it would do",
        "enum": [
          "dry",
          "on",
          "off"
        ]
      },
      "PolicyInput": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name",
          "reasons",
          "skuIds",
          "department",
          "group",
          "mode",
          "everyDays",
          "maxItems",
          "quietHours"
        ],
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200
          },
          "reasons": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": true,
            "description": "Candidates for one of these reasons",
            "items": {
              "$ref": "#/components/schemas/CandidateReasonType"
            }
          },
          "skuIds": {
            "type": "array",
            "maxItems": 100,
            "description": "Of these SKUs; of all when empty",
            "items": {
              "type": "string",
              "format": "uuid"
            }
          },
          "department": {
            "type": [
              "string",
              "null"
            ]
          },
          "group": {
            "type": [
              "string",
              "null"
            ],
            "description": "Entity ref of a catalog group"
          },
          "mode": {
            "$ref": "#/components/schemas/ReclamationMode"
          },
          "everyDays": {
            "type": "integer",
            "minimum": 1,
            "maximum": 365
          },
          "maxItems": {
            "type": "integer",
            "minimum": 1,
            "maximum": 5000,
            "description": "Licenses per run at most"
          },
          "quietHours": {
            "description": "When it takes nothing back and asks nobody",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/QuietHours"
              }
            ]
          }
        }
      },
      "QuietHours": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "from",
          "to",
          "timeZone",
          "weekends"
        ],
        "properties": {
          "from": {
            "type": "string",
            "pattern": "^([01]\\d|2[0-3]):[0-5]\\d$"
          },
          "to": {
            "type": "string",
            "pattern": "^([01]\\d|2[0-3]):[0-5]\\d$",
            "description": "Before or at from, of the next day"
          },
          "timeZone": {
            "type": "string",
            "minLength": 1,
            "description": "IANA name such as Europe/Berlin"
          },
          "weekends": {
            "type": "boolean",
            "description": "Saturdays and Sundays are quiet as well"
          }
        }
      },
      "Policy": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "tenant",
          "name",
          "reasons",
          "skus",
          "department",
          "group",
          "mode",
          "everyDays",
          "maxItems",
          "quietHours",
          "state",
          "dryRuns",
          "dryRunsNeeded",
          "createdBy",
          "createdAt",
          "updatedBy",
          "updatedAt",
          "switchedOnBy",
          "switchedOnAt",
          "nextRunAt",
          "lastRun",
          "allowed"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "tenant": {
            "type": "string"
          },
          "name": {
            "type": "string"
          },
          "reasons": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/CandidateReasonType"
            }
          },
          "skus": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/SkuRef"
            }
          },
          "department": {
            "type": [
              "string",
              "null"
            ]
          },
          "group": {
            "type": [
              "string",
              "null"
            ]
          },
          "mode": {
            "$ref": "#/components/schemas/ReclamationMode"
          },
          "everyDays": {
            "type": "integer"
          },
          "maxItems": {
            "type": "integer"
          },
          "quietHours": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/QuietHours"
              }
            ]
          },
          "state": {
            "$ref": "#/components/schemas/PolicyState"
          },
          "dryRuns": {
            "type": "integer",
            "description": "Since it was changed last"
          },
          "dryRunsNeeded": {
            "type": "integer",
            "description": "Before it can be switched on"
          },
          "createdBy": {
            "type": "string"
          },
          "createdAt": {
            "type": "string",
            "format": "date-time"
          },
          "updatedBy": {
            "type": "string"
          },
          "updatedAt": {
            "type": "string",
            "format": "date-time"
          },
          "switchedOnBy": {
            "type": [
              "string",
              "null"
            ]
          },
          "switchedOnAt": {
            "$ref": "#/components/schemas/NullableDateTime"
          },
          "nextRunAt": {
            "description": "Null while it is off",
            "oneOf": [
              {
                "$ref": "#/components/schemas/NullableDateTime"
              }
            ]
          },
          "lastRun": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "at",
                  "message",
                  "reclamationId"
                ],
                "properties": {
                  "at": {
                    "type": "string",
                    "format": "date-time"
                  },
                  "message": {
                    "type": "string",
                    "description": "What came of it"
                  },
                  "reclamationId": {
                    "type": [
                      "string",
                      "null"
                    ],
                    "description": "What it planned, or would have"
                  }
                }
              }
            ]
          },
          "allowed": {
            "type": "array",
            "description": "To which states the caller may switch it now",
            "items": {
              "$ref": "#/components/schemas/PolicyState"
            }
          }
        }
      }
    }
  }
} as const;

/** The operations of the REST API with their addresses. @public */
export const openApiOperations = [
  {
    "operationId": "listTenants",
    "method": "get",
    "path": "/tenants"
  },
  {
    "operationId": "getTenant",
    "method": "get",
    "path": "/tenants/{tenant}"
  },
  {
    "operationId": "listConnections",
    "method": "get",
    "path": "/connections"
  },
  {
    "operationId": "getConnection",
    "method": "get",
    "path": "/tenants/{tenant}/connection"
  },
  {
    "operationId": "checkConnection",
    "method": "post",
    "path": "/tenants/{tenant}/connection/check"
  },
  {
    "operationId": "startAuthorization",
    "method": "post",
    "path": "/tenants/{tenant}/connection/authorization"
  },
  {
    "operationId": "deleteAuthorization",
    "method": "delete",
    "path": "/tenants/{tenant}/connection/authorization"
  },
  {
    "operationId": "completeAuthorization",
    "method": "post",
    "path": "/authorization-responses"
  },
  {
    "operationId": "getConcealedActivity",
    "method": "get",
    "path": "/tenants/{tenant}/concealed-activity"
  },
  {
    "operationId": "purgeConcealedActivity",
    "method": "delete",
    "path": "/tenants/{tenant}/concealed-activity"
  },
  {
    "operationId": "listTasks",
    "method": "get",
    "path": "/tenants/{tenant}/tasks"
  },
  {
    "operationId": "runTask",
    "method": "post",
    "path": "/tenants/{tenant}/tasks/{task}/run"
  },
  {
    "operationId": "listTaskRuns",
    "method": "get",
    "path": "/tenants/{tenant}/task-runs"
  },
  {
    "operationId": "listUsers",
    "method": "get",
    "path": "/tenants/{tenant}/users"
  },
  {
    "operationId": "getUser",
    "method": "get",
    "path": "/tenants/{tenant}/users/{userId}"
  },
  {
    "operationId": "listDepartments",
    "method": "get",
    "path": "/tenants/{tenant}/departments"
  },
  {
    "operationId": "listActivity",
    "method": "get",
    "path": "/tenants/{tenant}/activity"
  },
  {
    "operationId": "listLicenses",
    "method": "get",
    "path": "/tenants/{tenant}/licenses"
  },
  {
    "operationId": "getLicense",
    "method": "get",
    "path": "/tenants/{tenant}/licenses/{skuId}"
  },
  {
    "operationId": "updateLicense",
    "method": "put",
    "path": "/tenants/{tenant}/licenses/{skuId}"
  },
  {
    "operationId": "getTerms",
    "method": "get",
    "path": "/tenants/{tenant}/licenses/{skuId}/terms"
  },
  {
    "operationId": "replaceTerms",
    "method": "put",
    "path": "/tenants/{tenant}/licenses/{skuId}/terms"
  },
  {
    "operationId": "listTerms",
    "method": "get",
    "path": "/tenants/{tenant}/terms"
  },
  {
    "operationId": "importTerms",
    "method": "post",
    "path": "/tenants/{tenant}/terms/import"
  },
  {
    "operationId": "getSpend",
    "method": "get",
    "path": "/tenants/{tenant}/spend"
  },
  {
    "operationId": "listRenewals",
    "method": "get",
    "path": "/tenants/{tenant}/renewals"
  },
  {
    "operationId": "getSpendBy",
    "method": "get",
    "path": "/tenants/{tenant}/spend/{dimension}"
  },
  {
    "operationId": "getExchangeRates",
    "method": "get",
    "path": "/tenants/{tenant}/exchange-rates"
  },
  {
    "operationId": "replaceExchangeRates",
    "method": "put",
    "path": "/tenants/{tenant}/exchange-rates"
  },
  {
    "operationId": "getHistory",
    "method": "get",
    "path": "/tenants/{tenant}/history"
  },
  {
    "operationId": "getBackTest",
    "method": "get",
    "path": "/tenants/{tenant}/back-test"
  },
  {
    "operationId": "listCandidates",
    "method": "get",
    "path": "/tenants/{tenant}/candidates"
  },
  {
    "operationId": "getCandidateSummary",
    "method": "get",
    "path": "/tenants/{tenant}/candidate-summary"
  },
  {
    "operationId": "listExemptions",
    "method": "get",
    "path": "/tenants/{tenant}/exemptions"
  },
  {
    "operationId": "createExemption",
    "method": "post",
    "path": "/tenants/{tenant}/exemptions"
  },
  {
    "operationId": "deleteExemption",
    "method": "delete",
    "path": "/tenants/{tenant}/exemptions/{id}"
  },
  {
    "operationId": "listAssignments",
    "method": "get",
    "path": "/tenants/{tenant}/assignments"
  },
  {
    "operationId": "listSuspiciousActivities",
    "method": "get",
    "path": "/tenants/{tenant}/suspicious-activities"
  },
  {
    "operationId": "recognizeSuspiciousActivity",
    "method": "put",
    "path": "/tenants/{tenant}/suspicious-activities/{id}/recognition"
  },
  {
    "operationId": "unrecognizeSuspiciousActivity",
    "method": "delete",
    "path": "/tenants/{tenant}/suspicious-activities/{id}/recognition"
  },
  {
    "operationId": "listReclamations",
    "method": "get",
    "path": "/tenants/{tenant}/reclamations"
  },
  {
    "operationId": "createReclamation",
    "method": "post",
    "path": "/tenants/{tenant}/reclamations"
  },
  {
    "operationId": "previewReclamation",
    "method": "post",
    "path": "/tenants/{tenant}/reclamation-previews"
  },
  {
    "operationId": "getReclamation",
    "method": "get",
    "path": "/tenants/{tenant}/reclamations/{id}"
  },
  {
    "operationId": "approveReclamation",
    "method": "post",
    "path": "/tenants/{tenant}/reclamations/{id}/approve"
  },
  {
    "operationId": "executeReclamation",
    "method": "post",
    "path": "/tenants/{tenant}/reclamations/{id}/execute"
  },
  {
    "operationId": "pauseReclamation",
    "method": "post",
    "path": "/tenants/{tenant}/reclamations/{id}/pause"
  },
  {
    "operationId": "resumeReclamation",
    "method": "post",
    "path": "/tenants/{tenant}/reclamations/{id}/resume"
  },
  {
    "operationId": "cancelReclamation",
    "method": "post",
    "path": "/tenants/{tenant}/reclamations/{id}/cancel"
  },
  {
    "operationId": "checkRestore",
    "method": "post",
    "path": "/tenants/{tenant}/reclamations/{id}/restore-check"
  },
  {
    "operationId": "restoreReclamation",
    "method": "post",
    "path": "/tenants/{tenant}/reclamations/{id}/restore"
  },
  {
    "operationId": "listReclamationEvents",
    "method": "get",
    "path": "/tenants/{tenant}/reclamations/{id}/events"
  },
  {
    "operationId": "listReclamationItems",
    "method": "get",
    "path": "/tenants/{tenant}/reclamation-items"
  },
  {
    "operationId": "getReclamationSavings",
    "method": "get",
    "path": "/tenants/{tenant}/reclamation-savings"
  },
  {
    "operationId": "getReclamationSwitch",
    "method": "get",
    "path": "/tenants/{tenant}/reclamation-switch"
  },
  {
    "operationId": "setReclamationSwitch",
    "method": "put",
    "path": "/tenants/{tenant}/reclamation-switch"
  },
  {
    "operationId": "handBack",
    "method": "post",
    "path": "/tenants/{tenant}/hand-backs"
  },
  {
    "operationId": "listQuestions",
    "method": "get",
    "path": "/questions"
  },
  {
    "operationId": "answerQuestion",
    "method": "post",
    "path": "/tenants/{tenant}/questions/{id}/answer"
  },
  {
    "operationId": "listPolicies",
    "method": "get",
    "path": "/tenants/{tenant}/policies"
  },
  {
    "operationId": "createPolicy",
    "method": "post",
    "path": "/tenants/{tenant}/policies"
  },
  {
    "operationId": "updatePolicy",
    "method": "put",
    "path": "/tenants/{tenant}/policies/{id}"
  },
  {
    "operationId": "deletePolicy",
    "method": "delete",
    "path": "/tenants/{tenant}/policies/{id}"
  },
  {
    "operationId": "setPolicyState",
    "method": "put",
    "path": "/tenants/{tenant}/policies/{id}/state"
  },
  {
    "operationId": "runPolicy",
    "method": "post",
    "path": "/tenants/{tenant}/policies/{id}/run"
  },
  {
    "operationId": "matchAccounts",
    "method": "get",
    "path": "/account-matches"
  },
  {
    "operationId": "getEntity",
    "method": "get",
    "path": "/entities/{kind}/{namespace}/{name}"
  },
  {
    "operationId": "getEntitySpend",
    "method": "get",
    "path": "/entities/{kind}/{namespace}/{name}/spend"
  },
  {
    "operationId": "getMe",
    "method": "get",
    "path": "/me"
  }
] as const;
